package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.JobOptions.*;

import io.rankstream.model.ModelConfig;
import io.rankstream.model.ModelSize;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.network.Architecture;
import java.util.function.IntFunction;

/**
 * Refuses what no array can hold: otherwise the job would fail at its first batch or checkpoint.
 */
final class SizeLimits {

  private static final long LARGEST_ARRAY = Integer.MAX_VALUE - 8; // of some JVMs

  private static final int LEAST = 2; // classes and dimensions
  private static final int MOST = 1 << 20;

  private SizeLimits() {}

  /** Notes the problems of a batch's pixels and of the model's buffers. */
  static void check(JobConfig config, SettingReader in) {
    checkBatch(config, in);
    checkModel(config.model(), in);
  }

  private static void checkBatch(JobConfig config, SettingReader in) {
    InputSpec input = config.model().input();
    JobConfig.Batch batch = config.batch();
    long most = LARGEST_ARRAY / input.pixelsPerImage();
    String because =
        "images of %d x %d x %d (channels x model.height x model.width), or no array holds the batch"
            .formatted(input.channels(), input.height(), input.width());
    if (Math.multiplyFull(batch.classes(), batch.imagesPerClass()) > most) {
      in.problem(
          BATCH_CLASSES.violation(
              "%d with %s = %d"
                  .formatted(batch.classes(), BATCH_IMAGES_PER_CLASS.key(), batch.imagesPerClass()),
              "together at most %d %s".formatted(most, because)));
    }
    if (config.embed().batchSize() > most) {
      in.problem(
          EMBED_BATCH_SIZE.violation(
              Integer.toString(config.embed().batchSize()),
              "at most %d %s".formatted(most, because)));
    }
  }

  private static void checkModel(ModelConfig model, SettingReader in) {
    Architecture architecture = model.architecture();
    ModelSize size;
    try {
      size = ModelSize.of(model);
    } catch (IllegalArgumentException e) {
      in.problem(
          MODEL_HEIGHT.violation(
              "%d with %s = %d"
                  .formatted(
                      architecture.input().height(),
                      MODEL_WIDTH.key(),
                      architecture.input().width()),
              "larger for " + architecture.backbone().id()));
      return;
    } catch (NoClassDefFoundError e) {
      return; // a client of a cluster that has DJL in its lib folder, and this machine has not
    }

    if (size.fits()) {
      return;
    }

    int dimension = largest(d -> model.withArchitecture(architecture.withEmbeddingDimension(d)));
    if (dimension > 0) {
      in.problem(
          MODEL_EMBEDDING_DIMENSION.violation(
              Integer.toString(architecture.embeddingDimension()),
              "at most %d %s"
                  .formatted(
                      dimension,
                      of(
                          architecture,
                          "%s = %d"
                              .formatted(MODEL_MAX_CLASSES.key(), architecture.maxClasses())))));
    } else {
      Architecture narrow = architecture.withEmbeddingDimension(LEAST);
      in.problem(
          MODEL_MAX_CLASSES.violation(
              Integer.toString(architecture.maxClasses()),
              "at most %d %s"
                  .formatted(
                      largest(classes -> model.withArchitecture(narrow.withMaxClasses(classes))),
                      of(architecture, "the smallest " + MODEL_EMBEDDING_DIMENSION.key()))));
    }
  }

  private static String of(Architecture architecture, String with) {
    InputSpec input = architecture.input();
    return "for %s at %d x %d x %d with %s, or a buffer of the model has more than 2 GiB"
        .formatted(
            architecture.backbone().id(), input.channels(), input.height(), input.width(), with);
  }

  /** The largest size of a head with which the model fits, or 0 when none does. */
  private static int largest(IntFunction<ModelConfig> model) {
    int fits = 0;
    int tooMany = MOST;
    int next = LEAST;
    while (next > fits) {
      if (ModelSize.of(model.apply(next)).fits()) {
        fits = next;
      } else {
        tooMany = next;
      }
      next = fits == 0 ? 0 : fits + (tooMany - fits) / 2;
    }
    return fits;
  }
}
