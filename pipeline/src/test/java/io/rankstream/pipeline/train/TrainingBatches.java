package io.rankstream.pipeline.train;

import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import java.io.ByteArrayOutputStream;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Small batches of four classes for the tests of the trainer. */
final class TrainingBatches {

  static final JobConfig CONFIG = config();

  private static final int IMAGES = 8;

  private TrainingBatches() {}

  /** A small model for each of ten streams, with other settings too. */
  static JobConfig config(String... more) {
    List<String> pairs =
        new ArrayList<>(
            List.of("model.embedding-dimension", "16", "input.streams", "a;b;c;d;e;f;g;h;i;j;new"));
    pairs.addAll(List.of(more));
    return Fixtures.config(pairs.toArray(String[]::new));
  }

  /** Eight fresh images of four classes to train on; equal numbers give equal pixels. */
  static MicroBatch batch(String stream, long number) throws ImageRejectedException {
    ImageDecoder decoder = new ImageDecoder(CONFIG.model().input(), CONFIG.imageLimits());
    List<BatchImage> images = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      AcceptedImage image =
          new AcceptedImage(
              "%s-%d-%d".formatted(stream, number, i),
              Fixtures.key(stream),
              "class-" + i / 2,
              5,
              i,
              decoder.decode(Fixtures.png(i / 2, number * 100 + i)),
              Fixtures.origin(number * IMAGES + i));
      images.add(new BatchImage(image, true));
    }
    return new MicroBatch(Fixtures.key(stream), number, images);
  }

  /** A batch whose images the training thread cannot read before they are released. */
  static MicroBatch heldUp(MicroBatch batch, CountDownLatch released) {
    List<BatchImage> images =
        new AbstractList<>() {
          @Override
          public BatchImage get(int slot) {
            try {
              if (Thread.currentThread().getName().startsWith(TrainingThread.NAME)) {
                released.await();
              }
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return batch.images().get(slot);
          }

          @Override
          public int size() {
            return batch.images().size();
          }
        };
    return new MicroBatch(batch.key(), batch.number(), images, batch.round());
  }

  /** The images of a batch as a model takes them. */
  static PixelBatch pixels(MicroBatch batch) {
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    batch.images().forEach(slot -> pixels.writeBytes(slot.image().pixels()));
    return new PixelBatch(IMAGES, 1, 28, 28, pixels.toByteArray());
  }

  static List<String> labels(MicroBatch batch) {
    return batch.images().stream().map(slot -> slot.image().label()).toList();
  }

  static TypeSerializer<MicroBatch> serializer() {
    return TypeInformation.of(MicroBatch.class).createSerializer(new SerializerConfigImpl());
  }
}
