package io.rankstream.pipeline.receive;

import static io.rankstream.pipeline.receive.ReceiveHarness.DEAD_LETTERS;
import static io.rankstream.pipeline.receive.ReceiveHarness.TO_TRAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.schemas.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.ProcessFunctionTestHarnesses;
import org.junit.jupiter.api.Test;

class ReceiveElementsHarnessTest {

  @SuppressWarnings("ArrayRecordComponent") // elements are never compared
  private record Photo(String id, String camera, String album, Instant taken, byte[] file) {}

  private static final Instant TAKEN = Instant.ofEpochMilli(1_600_000_000_000L);

  private static final ImageMapping<Photo> FILES =
      ImageMapping.<Photo>ofEncoded(Photo::id, Photo::file)
          .withStream(Photo::camera)
          .withLabel(Photo::album)
          .withEventTime(Photo::taken)
          .withDeletion(photo -> "gone".equals(photo.album()));

  private static OneInputStreamOperatorTestHarness<Photo, ImageInput> receive(
      ImageMapping<Photo> mapping) throws Exception {
    return ProcessFunctionTestHarnesses.forProcessFunction(function(mapping));
  }

  private static ReceiveElements<Photo> function(ImageMapping<Photo> mapping) {
    return new ReceiveElements<>(
        Fixtures.config("input.streams", "north;south"), mapping, TO_TRAIN, DEAD_LETTERS);
  }

  private static Photo photo(String id, String album) {
    return new Photo(id, "north", album, TAKEN, Fixtures.png(1, 1));
  }

  private static List<DeadLetter> letters(
      OneInputStreamOperatorTestHarness<Photo, ImageInput> harness) {
    return harness.getSideOutput(DEAD_LETTERS).stream().map(StreamRecord::getValue).toList();
  }

  @Test
  void takesAnImageAsTheMappingReadsIt() throws Exception {
    try (OneInputStreamOperatorTestHarness<Photo, ImageInput> harness = receive(FILES)) {
      harness.processElement(photo("a.png", "cats"), 77);

      AcceptedImage image = harness.extractOutputValues().get(0).image();
      assertThat(image.imageId()).isEqualTo("a.png");
      assertThat(image.stream()).isEqualTo("north");
      assertThat(image.label()).isEqualTo("cats");
      assertThat(image.eventTime()).isEqualTo(TAKEN.toEpochMilli());
      assertThat(image.sizeBytes()).isEqualTo(28 * 28);
      assertThat(image.origin().topic()).isEqualTo("a.png");
      assertThat(image.origin().timestamp()).isEqualTo(77);
      assertThat(harness.getSideOutput(TO_TRAIN)).hasSize(1);
    }
  }

  @Test
  void anImageWithoutLabelIsNotForTheWindow() throws Exception {
    try (OneInputStreamOperatorTestHarness<Photo, ImageInput> harness = receive(FILES)) {
      harness.processElement(photo("a.png", null), 0);

      assertThat(harness.extractOutputValues()).hasSize(1);
      assertThat(harness.getSideOutput(TO_TRAIN)).isNull();
    }
  }

  @Test
  void withoutEventTimeTheTimeIsThatOfTheElement() throws Exception {
    ImageMapping<Photo> untimed =
        ImageMapping.<Photo>ofEncoded(Photo::id, Photo::file).withStream(Photo::camera);
    try (OneInputStreamOperatorTestHarness<Photo, ImageInput> harness = receive(untimed)) {
      harness.processElement(photo("a.png", null), 99);
      harness.setProcessingTime(1234);
      harness.processElement(new StreamRecord<>(photo("b.png", null)));

      assertThat(harness.extractOutputValues())
          .extracting(input -> input.image().eventTime())
          .containsExactly(99L, 1234L);
    }
  }

  @Test
  void takesPixelsOfTheModelsSizeAsTheyAre() throws Exception {
    byte[] pixels = new byte[28 * 28];
    pixels[5] = 7;
    ImageMapping<Photo> mapping =
        ImageMapping.<Photo>ofPixels(Photo::id, Photo::file).withStream(Photo::camera);
    try (OneInputStreamOperatorTestHarness<Photo, ImageInput> harness = receive(mapping)) {
      harness.processElement(new Photo("a", "north", null, null, pixels), 0);
      harness.processElement(new Photo("b", "north", null, null, new byte[10]), 0);
      harness.processElement(new Photo("c", "north", null, null, null), 0);

      assertThat(harness.extractOutputValues()).hasSize(1);
      assertThat(harness.extractOutputValues().get(0).image().pixels()).isEqualTo(pixels);
      assertThat(letters(harness))
          .extracting(DeadLetter::getReason)
          .containsExactly("IMAGE_UNSUPPORTED_FORMAT", "IMAGE_EMPTY");
      assertThat(letters(harness).get(0).getDetail())
          .isEqualTo(
              "The image has 10 pixel bytes, and the input of the model 784 (1 x 28 x 28: channels x height x width)");
    }
  }

  @Test
  void aLetterNamesStreamAndIdOfTheImage() throws Exception {
    try (OneInputStreamOperatorTestHarness<Photo, ImageInput> harness = receive(FILES)) {
      harness.processElement(new Photo("a", "west", "cats", TAKEN, Fixtures.png(1, 1)), 0);
      harness.processElement(new Photo(null, "north", "cats", TAKEN, Fixtures.png(1, 1)), 0);
      harness.processElement(new Photo("c", "north", "cats", TAKEN, null), 0);

      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(letters(harness))
          .extracting(DeadLetter::getReason)
          .containsExactly("STREAM_UNKNOWN", "IMAGE_ID_INVALID", "IMAGE_EMPTY");
      DeadLetter letter = letters(harness).get(0);
      assertThat(StandardCharsets.UTF_8.decode(letter.getKey()).toString()).isEqualTo("west\na");
      assertThat(letter.getComplete()).isFalse();
    }
  }

  @Test
  void aDeletionForgetsTheImage() throws Exception {
    try (OneInputStreamOperatorTestHarness<Photo, ImageInput> harness = receive(FILES)) {
      harness.processElement(new Photo("a", "north", "gone", null, null), 0);

      ImageInput input = harness.extractOutputValues().get(0);
      assertThat(input.forgets()).isTrue();
      assertThat(input.stream()).isEqualTo("north");
      assertThat(input.imageId()).isEqualTo("a");
      assertThat(harness.getSideOutput(TO_TRAIN)).hasSize(1);
    }
  }

  @Test
  void numbersRiseOverARestore() throws Exception {
    OperatorSubtaskState state;
    long before;
    try (OneInputStreamOperatorTestHarness<Photo, ImageInput> harness = receive(FILES)) {
      harness.processElement(photo("a", "cats"), 0);
      harness.processElement(photo("b", "cats"), 0);
      state = harness.snapshot(3, 0);
      harness.processElement(photo("c", "cats"), 0); // after the checkpoint, and seen by others
      List<ImageInput> images = harness.extractOutputValues();
      assertThat(images).extracting(each -> each.origin().offset()).containsExactly(0L, 1L, 2L);
      before = images.get(2).origin().offset();
    }

    try (OneInputStreamOperatorTestHarness<Photo, ImageInput> restored =
        new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(function(FILES)))) {
      restored.setRestoredCheckpointId(3);
      restored.initializeState(state);
      restored.open();
      restored.processElement(photo("d", "cats"), 0);

      assertThat(restored.extractOutputValues().get(0).origin().offset()).isGreaterThan(before);
      assertThat(restored.extractOutputValues().get(0).key().stream()).isEqualTo("north");
    }
  }

  @Test
  void aFunctionThatThrowsEndsTheJobAtOnce() throws Exception {
    ImageMapping<Photo> failing = FILES.withLabel(photo -> photo.album().strip());
    try (OneInputStreamOperatorTestHarness<Photo, ImageInput> harness = receive(failing)) {
      assertThatThrownBy(
              () ->
                  harness.processElement(
                      new StreamRecord<>(new Photo("a", "north", null, TAKEN, new byte[1]))))
          .isInstanceOf(SuppressRestartsException.class)
          .hasRootCauseInstanceOf(NullPointerException.class)
          .cause()
          .hasMessageContaining("takes the label from an element");
    }
  }
}
