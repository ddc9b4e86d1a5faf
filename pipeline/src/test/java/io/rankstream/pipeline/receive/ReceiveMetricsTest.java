package io.rankstream.pipeline.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.WindowInput;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

class ReceiveMetricsTest {

  private final Map<String, Counter> counters = new HashMap<>();
  private final ReceiveMetrics metrics =
      new ReceiveMetrics(
          new UnregisteredMetricsGroup() {
            @Override
            public Counter counter(String name) {
              return counters.computeIfAbsent(name, key -> new SimpleCounter());
            }
          });

  @Test
  void countsImagesWhoseRecordHasAnotherKey() {
    WindowInput image = WindowInput.take(Fixtures.image(1, "cat", 10));

    metrics.accepted(image, utf8("default\nimage-1"));
    assertThat(count("numImagesWithOtherKey")).isZero();
    metrics.accepted(image, utf8("image-1"));
    metrics.accepted(image, null);

    assertThat(count("numImagesWithOtherKey")).isEqualTo(2);
    assertThat(count("numImagesAccepted")).isEqualTo(3);
  }

  @Test
  void aDeletionIsNoImage() {
    metrics.accepted(
        WindowInput.forget(Fixtures.key("default"), "image-1"), utf8("default\nimage-1"));

    assertThat(count("numDeletions")).isEqualTo(1);
    assertThat(count("numImagesAccepted") + count("numImagesWithOtherKey")).isZero();
  }

  private long count(String name) {
    return counters.get(name).getCount();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
