package io.rankstream.pipeline.tools.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class InputProgressTest {

  private static final TopicPartition PARTITION = new TopicPartition("images", 0);
  private static final TopicPartition OTHER = new TopicPartition("images", 1);

  private final InputProgress input = new InputProgress();

  @Test
  void goesOnWithTheFurthestRecordOfEachPartition() {
    input.embedded(PARTITION, 7);
    input.embedded(PARTITION, 3); // embedded again
    input.rejected(OTHER, 1);

    assertThat(input.next()).isEqualTo(Map.of(PARTITION, 8L, OTHER, 2L));
  }

  @Test
  void theShareIsOfTheLastRecordsAlone() {
    assertThat(input.rejectedShare()).isNull();
    for (int offset = 100; offset < 200; offset++) {
      input.rejected(PARTITION, offset);
    }
    assertThat(input.rejectedShare()).isEqualTo(1);
    input.embedded(PARTITION, 299);
    assertThat(input.rejectedShare()).isEqualTo(0.5);
    input.embedded(PARTITION, 1149);
    assertThat(input.rejectedShare()).isEqualTo(0.05);
    input.embedded(PARTITION, 5000);
    input.rejected(PARTITION, 150); // read late
    assertThat(input.rejectedShare()).isZero();
  }
}
