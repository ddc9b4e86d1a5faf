package io.rankstream.pipeline.train;

import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.DecodedBatch;
import io.rankstream.pipeline.event.DecodedImage;
import io.rankstream.pipeline.event.MicroBatch.Purpose;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Small decoded batches of four classes for the tests of the trainer. */
final class TrainingBatches {

  static final JobConfig CONFIG = Fixtures.config("model.embedding-dimension", "16");

  private static final int IMAGES = 8;

  private TrainingBatches() {}

  /** A batch to train on. */
  static DecodedBatch batch(String stream, long number) throws Exception {
    return batch(stream, number, Purpose.TRAIN);
  }

  /** Eight fresh images of four classes; equal numbers give equal pixels. */
  static DecodedBatch batch(String stream, long number, Purpose purpose) throws Exception {
    ImageDecoder decoder = new ImageDecoder(CONFIG.model().input(), CONFIG.decode().limits());
    List<DecodedImage> images = new ArrayList<>();
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    for (int i = 0; i < IMAGES; i++) {
      pixels.writeBytes(decoder.decode(Fixtures.png(i / 2, number * 100 + i)));
      String id = "%s-%d-%d".formatted(stream, number, i);
      images.add(new DecodedImage(id, "class-" + i / 2, 5, "images", 0, number * IMAGES + i, true));
    }
    return new DecodedBatch(
        stream, number, purpose, images, pixels.toByteArray(), new byte[0], List.of());
  }

  /** The images of a batch as a model takes them. */
  static PixelBatch pixels(DecodedBatch batch) {
    return new PixelBatch(IMAGES, 1, 28, 28, batch.pixels());
  }

  static List<String> labels(DecodedBatch batch) {
    return batch.images().stream().map(DecodedImage::label).toList();
  }

  static TypeSerializer<DecodedBatch> serializer() {
    return TypeInformation.of(DecodedBatch.class).createSerializer(new SerializerConfigImpl());
  }
}
