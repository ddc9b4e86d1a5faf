package io.rankstream.pipeline.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.model.image.Augmentation;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StateMismatchException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class BatchPixelsTest {

  private static final JobConfig CONFIG = Fixtures.config();
  private static final InputSpec INPUT = CONFIG.model().input();
  private static final Augmentation AUGMENTATION = new Augmentation(3, true, 0, 0);

  @Test
  void laysTheImagesOutInTheirOrder() throws Exception {
    MicroBatch batch = batch(5);

    PixelBatch pixels = new BatchPixels(INPUT, AUGMENTATION, 42).of(batch.images());

    assertThat(pixels.count()).isEqualTo(4);
    for (int slot = 0; slot < 4; slot++) {
      assertThat(Arrays.copyOfRange(pixels.pixels(), slot * 784, (slot + 1) * 784))
          .isEqualTo(batch.images().get(slot).image().pixels());
    }
  }

  /** The values are those of the release that augmented in an operator of its own. */
  @Test
  void augmentsAsBefore() throws Exception {
    MicroBatch batch = batch(5);
    BatchPixels pixels = new BatchPixels(INPUT, AUGMENTATION, 42);
    PixelBatch plain = pixels.of(batch.images());

    assertThat(crc(plain)).isEqualTo(2475891173L);
    assertThat(crc(pixels.forTraining(batch, plain))).isEqualTo(775883683L);
    assertThat(crc(plain)).describedAs("the plain images stay").isEqualTo(2475891173L);
  }

  @Test
  void anotherBatchOrSeedOrSlotIsAugmentedInAnotherWay() throws Exception {
    MicroBatch batch = batch(5);
    BatchPixels pixels = new BatchPixels(INPUT, AUGMENTATION, 42);
    PixelBatch plain = pixels.of(batch.images());
    MicroBatch next = new MicroBatch(Fixtures.key("default"), 6, batch.images());
    MicroBatch same =
        new MicroBatch(
            Fixtures.key("default"), 5, List.of(batch.images().get(0), batch.images().get(0)));

    long augmented = crc(pixels.forTraining(batch, plain));
    byte[] twice = pixels.forTraining(same, plain).pixels();

    assertThat(crc(pixels.forTraining(next, plain))).isNotEqualTo(augmented);
    assertThat(crc(new BatchPixels(INPUT, AUGMENTATION, 43).forTraining(batch, plain)))
        .isNotEqualTo(augmented);
    assertThat(Arrays.copyOf(twice, 784)).isNotEqualTo(Arrays.copyOfRange(twice, 784, 2 * 784));
  }

  @Test
  void aBatchThatIsTrainedOnAgainLosesTheSamePixels() throws Exception {
    Augmentation erasing = new Augmentation(3, true, 0, 0.8);
    BatchPixels before = new BatchPixels(INPUT, erasing, 42);
    PixelBatch plain = before.of(batch(5).images());
    before.forTraining(batch(4), before.of(batch(4).images()));
    byte[] first = before.forTraining(batch(5), plain).pixels();

    byte[] again = new BatchPixels(INPUT, erasing, 42).forTraining(batch(5), plain).pixels();

    assertThat(again)
        .isEqualTo(first)
        .isNotEqualTo(
            new BatchPixels(INPUT, AUGMENTATION, 42).forTraining(batch(5), plain).pixels());
  }

  @Test
  void withoutAugmentationTheImagesAreNotCopiedAgain() throws Exception {
    MicroBatch batch = batch(5);
    BatchPixels pixels = new BatchPixels(INPUT, Augmentation.NONE, 42);
    PixelBatch plain = pixels.of(batch.images());

    assertThat(pixels.forTraining(batch, plain)).isSameAs(plain);
  }

  @Test
  void restoredImagesOfAnotherSizeAreRefusedWithTheReason() {
    List<BatchImage> images = List.of(new BatchImage(Fixtures.image(1, "a", 3 * 64 * 64), true));

    assertThatThrownBy(() -> new BatchPixels(INPUT, AUGMENTATION, 42).of(images))
        .isInstanceOf(StateMismatchException.class)
        .hasMessage(
            "The restored state holds images of 12288 pixel bytes, but the input of the model has 784 (channels x model.height x model.width): set them as they were, or start without the state");
  }

  private static MicroBatch batch(long number) throws Exception {
    ImageDecoder decoder = new ImageDecoder(INPUT, CONFIG.imageLimits());
    List<BatchImage> images = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      long id = number * 4 + i;
      byte[] pixels = decoder.decode(Fixtures.png(i, id));
      images.add(
          new BatchImage(
              new AcceptedImage(
                  "image-" + id,
                  Fixtures.key("default"),
                  "class-" + i,
                  id,
                  i,
                  pixels,
                  Fixtures.origin(id)),
              true));
    }
    return new MicroBatch(Fixtures.key("default"), number, images);
  }

  private static long crc(PixelBatch batch) {
    CRC32C crc = new CRC32C();
    crc.update(batch.pixels());
    return crc.getValue();
  }
}
