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
    input.rejected(OTHER, 1, "IMAGE_CORRUPT");

    assertThat(input.next()).isEqualTo(Map.of(PARTITION, 8L, OTHER, 2L));
  }

  @Test
  void theShareIsOfTheLastRecordsAlone() {
    assertThat(input.rejectedShare()).isNull();
    for (int offset = 100; offset < 200; offset++) {
      input.rejected(PARTITION, offset, "IMAGE_CORRUPT");
    }
    assertThat(input.rejectedShare()).isEqualTo(1);
    input.embedded(PARTITION, 299);
    assertThat(input.rejectedShare()).isEqualTo(0.5);
    input.embedded(PARTITION, 1149);
    assertThat(input.rejectedShare()).isEqualTo(0.05);
    input.embedded(PARTITION, 5000);
    input.rejected(PARTITION, 150, "IMAGE_CORRUPT"); // read late
    assertThat(input.rejectedShare()).isZero();
  }

  @Test
  void aRecordThatWasRejectedAgainCountsOnceForItsLastReason() {
    assertThat(input.rejectedShares()).isEmpty();
    input.rejected(PARTITION, 0, "SCHEMA_UNKNOWN");
    input.rejected(PARTITION, 0, "LABEL_INVALID");
    input.rejected(OTHER, 0, "IMAGE_CORRUPT");
    input.embedded(OTHER, 2);

    assertThat(input.rejectedShares())
        .isEqualTo(Map.of("LABEL_INVALID", 0.25, "IMAGE_CORRUPT", 0.25));
  }
}
