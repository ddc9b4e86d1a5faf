package io.rankstream.pipeline.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.config.VersionsConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class VersionScheduleTest {

  private static final long START = 1_700_000_000_000L;

  @Test
  void aVersionIsDueAfterEachNumberOfSteps() {
    VersionSchedule schedule = schedule(2, Duration.ZERO);

    assertThat(schedule.isDue(1, START)).isFalse();
    assertThat(schedule.isDue(2, START)).isTrue();
    schedule.captured(2, START);
    assertThat(schedule.isDue(3, START)).isFalse();
    assertThat(schedule.isDue(4, START)).isTrue();
  }

  @Test
  void aVersionIsDueWhenTheTimeSinceTheLastOneHasPassed() {
    VersionSchedule schedule = schedule(0, Duration.ofSeconds(10));

    assertThat(schedule.isDue(1, START + 9_999)).isFalse();
    assertThat(schedule.isDue(2, START + 12_000)).isTrue();
    schedule.captured(2, START + 12_000);
    assertThat(schedule.isDue(3, START + 21_999)).isFalse();
    assertThat(schedule.isDue(4, START + 22_000)).isTrue();
  }

  @Test
  void stepsOrTimeCountWhicheverComesFirst() {
    VersionSchedule schedule = schedule(2, Duration.ofSeconds(10));

    assertThat(schedule.isDue(1, START + 10_000)).isTrue();
    assertThat(schedule.isDue(2, START + 1)).isTrue();
  }

  @Test
  void stepsAndTimeGoOnWhereARestartFindsThem() throws Exception {
    VersionsConfig config = config(100, Duration.ofSeconds(10));
    VersionLedger restored = throughState(new VersionLedger(START));

    assertThat(new VersionSchedule(config, restored).isDue(1, START + 9_999)).isFalse();
    assertThat(new VersionSchedule(config, restored).isDue(1, START + 10_000)).isTrue();
    assertThat(new VersionSchedule(config, restored).isDue(100, START)).isTrue();
  }

  @Test
  void aClockThatWasAheadDoesNotHoldVersionsBack() {
    VersionSchedule schedule = schedule(0, Duration.ofSeconds(10));
    long right = START - 86_400_000;

    assertThat(schedule.isDue(1, right)).isFalse();
    assertThat(schedule.isDue(2, right + 10_000)).isTrue();
  }

  @Test
  void withoutADirectoryOrAStepNothingIsDue() {
    VersionsConfig off = new VersionsConfig("", 1, Duration.ofMillis(1), 0);

    assertThat(new VersionSchedule(off, new VersionLedger(START)).isDue(5, START + 5)).isFalse();
    assertThat(schedule(0, Duration.ofMillis(1)).isDue(0, START + 5)).isFalse();
  }

  static VersionLedger throughState(VersionLedger ledger) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ledger.writeTo(new DataOutputStream(bytes));
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    VersionLedger read = VersionLedger.read(in);
    assertThat(in.available()).isZero();
    return read;
  }

  private static VersionSchedule schedule(long steps, Duration every) {
    return new VersionSchedule(config(steps, every), new VersionLedger(START));
  }

  private static VersionsConfig config(long steps, Duration every) {
    return new VersionsConfig("/models", steps, every, 0);
  }
}
