package io.rankstream.pipeline.train;

import ai.djl.Device;
import io.rankstream.model.EmbeddedImage;
import io.rankstream.model.EmbeddedStep;
import io.rankstream.model.InputSpec;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.PixelBatch;
import io.rankstream.model.Prediction;
import io.rankstream.model.StepReport;
import io.rankstream.model.evaluation.PrequentialAccuracy;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.DecodedBatch;
import io.rankstream.pipeline.event.DecodedImage;
import io.rankstream.pipeline.event.MicroBatch.Purpose;
import io.rankstream.schemas.ModelVersion;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The model of one stream and how well it does: predict, score, learn, embed, in this order. Not
 * thread-safe; it may be used from different threads one after the other.
 */
final class StreamModel implements AutoCloseable {

  private final JobConfig config;
  private final String stream;
  private final OnlineTrainer trainer;
  private final PrequentialAccuracy accuracy;
  private final ModelPublisher publisher;

  private StreamModel(JobConfig config, String stream, OnlineTrainer trainer) {
    this.config = config;
    this.stream = stream;
    this.trainer = trainer;
    this.accuracy =
        new PrequentialAccuracy(
            config.trainer().fadingFactor(), config.trainer().prequentialWindow());
    this.publisher = new ModelPublisher(config.versions(), stream, Instant.now().toEpochMilli());
  }

  /** A model that has seen nothing, or nothing but the weights that the configuration names. */
  static StreamModel create(JobConfig config, String stream, Device device) {
    return new StreamModel(config, stream, StartingWeights.trainer(config, device));
  }

  /** Reads what {@link #writeTo} wrote. */
  static StreamModel restore(JobConfig config, String stream, Device device, DataInputStream in)
      throws IOException {
    StreamModel model =
        new StreamModel(config, stream, OnlineTrainer.restore(config.model(), device, in));
    try {
      model.accuracy.readFrom(in);
      model.publisher.readFrom(in);
      return model;
    } catch (IOException e) {
      model.close();
      throw e;
    }
  }

  /** Reads past what {@link #writeTo} writes behind the model itself. */
  static void skipAccuracy(DataInputStream in) throws IOException {
    new PrequentialAccuracy(1, 1).readFrom(in);
    ModelPublisher.skip(in);
  }

  void writeTo(DataOutputStream out) throws IOException {
    trainer.writeTo(out);
    accuracy.writeTo(out);
    publisher.writeTo(out);
  }

  /** Takes a batch through the model. */
  StepResult process(DecodedBatch batch) throws IOException {
    long start = System.nanoTime();
    PixelBatch pixels = pixels(batch.pixels());
    boolean trains = batch.purpose() == Purpose.TRAIN && classes(batch.images()) >= 2;
    Optional<StepReport> step = Optional.empty();
    List<EmbeddedImage> embedded;
    Optional<ModelVersion> published = Optional.empty();
    if (trains) {
      scoreFresh(batch);
      PixelBatch training = batch.augmented().length == 0 ? pixels : pixels(batch.augmented());
      List<String> labels = labels(batch.images());
      switch (config.trainer().embeddingsFrom()) {
        case UPDATED -> {
          step = Optional.of(trainer.learn(training, labels));
          embedded = trainer.served().embed(pixels);
        }
        case IN_STEP -> {
          EmbeddedStep taken = trainer.learnAndEmbed(training, labels);
          step = Optional.of(taken.report());
          embedded = taken.embedded();
        }
        default -> throw new IllegalStateException();
      }
      published = publisher.afterStep(trainer, accuracy, Instant.now());
    } else {
      embedded = trainer.served().embed(pixels);
      score(batch.images(), embedded.stream().map(EmbeddedImage::prediction).toList());
    }

    return new StepResult(
        batch,
        step,
        embedded,
        stream + "/" + trainer.spaceIdSuffix(),
        trainer.step(),
        trainer.knownClasses(),
        StepResult.Accuracy.of(accuracy, batch),
        published,
        (System.nanoTime() - start) / 1e6);
  }

  /** Publishes what was learnt since the last published version, if anything was. */
  Optional<ModelVersion> publishLast() throws IOException {
    return publisher.atEnd(trainer, accuracy, Instant.now());
  }

  @Override
  public void close() {
    trainer.close();
  }

  /**
   * Prequential evaluation: the images that the model has not trained on are predicted before the
   * step.
   */
  private void scoreFresh(DecodedBatch batch) {
    List<DecodedImage> fresh = new ArrayList<>();
    byte[] pixels = new byte[batch.pixels().length];
    int size = config.model().input().pixelsPerImage();
    for (int i = 0; i < batch.images().size(); i++) {
      if (batch.images().get(i).fresh()) {
        System.arraycopy(batch.pixels(), i * size, pixels, fresh.size() * size, size);
        fresh.add(batch.images().get(i));
      }
    }

    if (!fresh.isEmpty()) {
      byte[] kept = Arrays.copyOf(pixels, fresh.size() * size);
      score(fresh, trainer.served().predict(pixels(kept)));
    }
  }

  private void score(List<DecodedImage> images, List<Prediction> predictions) {
    for (int i = 0; i < images.size(); i++) {
      if (images.get(i).label() != null) {
        accuracy.add(images.get(i).label(), predictions.get(i).label());
      }
    }
  }

  private PixelBatch pixels(byte[] pixels) {
    InputSpec input = config.model().input();
    return new PixelBatch(
        pixels.length / input.pixelsPerImage(),
        input.channels(),
        input.height(),
        input.width(),
        pixels);
  }

  private static List<String> labels(List<DecodedImage> images) {
    return images.stream().map(DecodedImage::label).toList();
  }

  private static long classes(List<DecodedImage> images) {
    return images.stream().map(DecodedImage::label).distinct().count();
  }
}
