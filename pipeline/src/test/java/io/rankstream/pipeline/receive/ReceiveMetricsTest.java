package io.rankstream.pipeline.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.CountersByName;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.ImageInput;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReceiveMetricsTest {

  private final CountersByName counters = new CountersByName();
  private final ReceiveMetrics metrics = new ReceiveMetrics(counters);

  @Test
  void countsImagesWhoseRecordHasAnotherKey() {
    ImageInput image = ImageInput.take(Fixtures.image(1, "cat", 10));

    metrics.accepted(image, utf8("default\nimage-1"));
    assertThat(counters.of("numImagesWithOtherKey")).isZero();
    metrics.accepted(image, utf8("image-1"));
    metrics.accepted(image, null);

    assertThat(counters.of("numImagesWithOtherKey")).isEqualTo(2);
    assertThat(counters.of("numImagesAccepted")).isEqualTo(3);
  }

  @Test
  void aDeletionIsNoImage() {
    metrics.accepted(
        ImageInput.forget(Fixtures.key("default"), "image-1", Fixtures.origin(1)),
        utf8("default\nimage-1"));

    assertThat(counters.of("numDeletions")).isEqualTo(1);
    assertThat(counters.of("numImagesAccepted") + counters.of("numImagesWithOtherKey")).isZero();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
