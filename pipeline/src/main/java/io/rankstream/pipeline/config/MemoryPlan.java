package io.rankstream.pipeline.config;

import io.rankstream.model.ModelSize;

/**
 * The most memory that a job may ask for in one process, in bytes. The figures are bounds: a job
 * stays below them as long as its windows are not full and no image is as large as allowed.
 *
 * @param windows images that the windows keep, with names and places
 * @param anchors images that drift is measured with, and two embeddings of each
 * @param batches batches in flight and the one in work, and images that wait to be embedded
 * @param decoding pixels of images while they are decoded, outside the heap
 * @param starting heap of a model that starts or is published
 * @param models buffers of the models while they train, without activations
 * @param served versions that embed: two of each stream in each embedder, while one is adopted or
 *     an epoch is open, and what drift is measured with
 * @param copies copies of the models in the memory of the host: last good weights, and checkpoint
 */
public record MemoryPlan(
    long windows,
    long anchors,
    long batches,
    long decoding,
    long starting,
    long models,
    long served,
    long copies) {

  /** Names, places and Java objects of an image in a window. */
  private static final long IMAGE_OVERHEAD = 1024;

  /** Names and Java objects of an image that is remembered to detect repeats. */
  private static final long REPEAT_OVERHEAD = 512;

  private static final long BYTES_PER_DECODED_PIXEL = 12;
  private static final long LARGE_PIXELS = 8_000_000; // above, one image at a time is decoded
  private static final int IN_A_MEAN = 2; // the sum of replicas, and the next one
  private static final int CANDIDATES = 4; // one part in so many of window.max-bytes

  /**
   * The plan of a process that has all replicas of its models.
   *
   * @param streams streams whose windows and models are in the process
   * @param subtasks subtasks that receive images in the process
   */
  public static MemoryPlan of(JobConfig config, int streams, int subtasks) {
    return of(config, streams, streams * config.replicas().replicas(), subtasks);
  }

  /**
   * The plan of a process.
   *
   * @param streams streams whose windows are in the process
   * @param models models in the process, replicas counted one by one
   * @param subtasks subtasks that receive images in the process
   */
  public static MemoryPlan of(JobConfig config, int streams, int models, int subtasks) {
    ModelSize model = ModelSize.of(config.model());
    long batch = config.batch().size() * imageBytes(config);
    long pixels = config.imageLimits().maxPixels();
    return new MemoryPlan(
        streams * windowOfAStream(config),
        streams * anchorsOfAStream(config),
        (models * placesOfAModel(config) + 2) * batch
            + (streams * 2L + heldBatches(config, subtasks))
                * config.embed().batchSize()
                * imageBytes(config),
        BYTES_PER_DECODED_PIXEL
            * (subtasks * Math.min(pixels, LARGE_PIXELS) + (pixels > LARGE_PIXELS ? pixels : 0)),
        model.heapBytes(),
        models * model.trainingBytes(),
        servedVersions(config, subtasks) * model.servingBytes(),
        models * model.copiesBytes()
            + (config.replicas().replicas() > 1 ? IN_A_MEAN * model.snapshotBytes() : 0));
  }

  /** Bytes on the heap with the windows in the state backend {@code hashmap}. */
  public long heap() {
    return windows + heapBesideWindows();
  }

  /**
   * The largest {@code window.max-bytes} with which windows fit into a part of the memory; zero or
   * less when none does.
   */
  public static long maxBytesFor(JobConfig config, int streams, long room) {
    long image = imageBytes(config);
    long images = (room / streams - repeatsOfAStream(config)) / (image + IMAGE_OVERHEAD);
    return images * image;
  }

  /** Bytes on the heap with the windows elsewhere. */
  public long heapBesideWindows() {
    return anchors + batches + starting; // RocksDB hands out all anchors to measure with
  }

  /** A replica has as many places again for what lies before a barrier. */
  private static long placesOfAModel(JobConfig config) {
    return config.trainer().batchesInFlight() * (config.replicas().replicas() > 1 ? 2L : 1L);
  }

  private static long windowOfAStream(JobConfig config) {
    JobConfig.Window window = config.window();
    long image = imageBytes(config);
    long images;
    if (config.batch().sampler() == Sampler.NATURAL) {
      images = config.batch().size();
    } else {
      long trained =
          (long) config.model().architecture().maxClasses()
              * (window.freshPerClass() + window.reservoirPerClass());
      long candidates = window.maxBytes() / CANDIDATES / image;
      images = Math.min(trained + candidates, window.maxBytes() / image);
    }
    return images * (image + IMAGE_OVERHEAD) + repeatsOfAStream(config);
  }

  /** Every embedder embeds images of all streams. */
  private static long servedVersions(JobConfig config, int subtasks) {
    return embedders(config, subtasks) * 2L * config.input().streams().size()
        + (config.drift().isOn() ? subtasks : 0);
  }

  private static long heldBatches(JobConfig config, int subtasks) {
    return config.epochs().isOn() ? 0 : embedders(config, subtasks) * EmbedConfig.HELD_BATCHES;
  }

  private static long embedders(JobConfig config, int subtasks) {
    int parallelism = config.embed().parallelism();
    return parallelism > 0 ? Math.min(subtasks, parallelism) : subtasks;
  }

  private static long anchorsOfAStream(JobConfig config) {
    long embeddings = 2L * Float.BYTES * config.model().architecture().embeddingDimension();
    return config.drift().anchors() * (imageBytes(config) + IMAGE_OVERHEAD + embeddings);
  }

  private static long repeatsOfAStream(JobConfig config) {
    JobConfig.Repeats repeats = config.window().repeats();
    return repeats.within().isZero() ? 0 : repeats.remembered() * REPEAT_OVERHEAD;
  }

  private static long imageBytes(JobConfig config) {
    return config.model().input().pixelsPerImage();
  }
}
