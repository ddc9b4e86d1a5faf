package io.rankstream.pipeline.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.model.image.Augmentation;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.DecodedBatch;
import io.rankstream.pipeline.event.DecodedImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.MicroBatch.Purpose;
import io.rankstream.schemas.DeadLetter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.operators.async.AsyncWaitOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class DecodeBatchHarnessTest {

  private static final JobConfig CONFIG = Fixtures.config();

  private static List<DecodedBatch> decode(Augmentation augmentation, MicroBatch... batches)
      throws Exception {
    DecodeBatch function =
        new DecodeBatch(
            CONFIG.decode(), CONFIG.model().input(), augmentation, CONFIG.registry(), 42);
    try (OneInputStreamOperatorTestHarness<MicroBatch, DecodedBatch> harness =
        new OneInputStreamOperatorTestHarness<>(
            new AsyncWaitOperatorFactory<>(
                function, 0, batches.length, AsyncDataStream.OutputMode.ORDERED),
            TypeInformation.of(MicroBatch.class).createSerializer(new SerializerConfigImpl()))) {
      harness.open();
      for (MicroBatch batch : batches) {
        harness.processElement(batch, 0);
      }
      harness.endInput();
      return harness.extractOutputValues();
    }
  }

  private static MicroBatch batch(long number, Purpose purpose) {
    List<BatchImage> slots = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      slots.add(new BatchImage(Fixtures.picture(number * 4 + i, "class-" + i, i), true));
    }
    return new MicroBatch("default", number, purpose, slots);
  }

  private static AcceptedImage damaged() {
    byte[] png = Fixtures.png(1, 1);
    return new AcceptedImage(
        "damaged",
        "default",
        "class-1",
        0,
        0,
        Fixtures.record(
            99, Fixtures.envelope("damaged", "default", "class-1", Arrays.copyOf(png, 200))));
  }

  @Test
  void decodesBatchesInOrder() throws Exception {
    MicroBatch[] batches = new MicroBatch[20];
    for (int i = 0; i < batches.length; i++) {
      batches[i] = batch(i, Purpose.TRAIN);
    }

    List<DecodedBatch> decoded = decode(Augmentation.NONE, batches);

    assertThat(decoded).extracting(DecodedBatch::number).isSorted().hasSize(20);
    assertThat(decoded.get(3).images())
        .extracting(DecodedImage::imageId)
        .containsExactly("image-12", "image-13", "image-14", "image-15");
    assertThat(decoded.get(3).pixels()).hasSize(4 * 28 * 28);
    assertThat(decoded.get(3).augmented()).isEmpty();
  }

  @Test
  void augmentsTrainingImagesAloneAndAlikeOnEachReplay() throws Exception {
    Augmentation augmentation = new Augmentation(3, true);

    DecodedBatch first = decode(augmentation, batch(5, Purpose.TRAIN)).get(0);
    DecodedBatch again = decode(augmentation, batch(5, Purpose.TRAIN)).get(0);
    DecodedBatch embed = decode(augmentation, batch(5, Purpose.EMBED)).get(0);

    assertThat(first.augmented()).hasSameSizeAs(first.pixels()).isNotEqualTo(first.pixels());
    assertThat(again.augmented()).isEqualTo(first.augmented());
    assertThat(embed.augmented()).isEmpty();
    assertThat(embed.pixels()).isEqualTo(first.pixels());
  }

  @Test
  void tellsOfADamagedImageOnceAndLeavesItOut() throws Exception {
    List<BatchImage> slots = new ArrayList<>(batch(0, Purpose.TRAIN).images());
    slots.add(1, new BatchImage(damaged(), true));
    slots.add(new BatchImage(damaged(), false));

    DecodedBatch decoded =
        decode(Augmentation.NONE, new MicroBatch("default", 0, Purpose.TRAIN, slots)).get(0);

    assertThat(decoded.images()).hasSize(4);
    assertThat(decoded.pixels()).hasSize(4 * 28 * 28);
    assertThat(decoded.rejected())
        .extracting(DeadLetter::getReason)
        .containsExactly("IMAGE_CORRUPT");
    assertThat(decoded.rejected().get(0).getSourceOffset()).isEqualTo(99);
  }
}
