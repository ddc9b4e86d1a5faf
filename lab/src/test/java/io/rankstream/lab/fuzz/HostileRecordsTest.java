package io.rankstream.lab.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.wire.ImageEnvelope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class HostileRecordsTest {

  private static final int LARGEST_BYTES = 1 << 20;

  private final HostileRecords records = new HostileRecords(1, "default", LARGEST_BYTES);

  @Test
  void aRecordDependsOnSeedAndNumberAlone() {
    HostileRecords again = new HostileRecords(1, "default", LARGEST_BYTES);
    for (long number = 300; number >= 200; number--) { // in another order
      HostileRecord record = again.record(number);
      assertThat(record.attack()).isEqualTo(records.record(number).attack());
      assertThat(record.key()).isEqualTo(records.record(number).key());
      assertThat(record.value()).isEqualTo(records.record(number).value());
    }
    assertThat(new HostileRecords(2, "default", LARGEST_BYTES).record(200).key())
        .isNotEqualTo(records.record(200).key());
  }

  @Test
  void theFirstRecordsTakeEachAttackInTurn() {
    List<Attack> attacks = new ArrayList<>();
    for (int number = 0; number < Attack.values().length; number++) {
      attacks.add(records.record(number).attack());
    }

    assertThat(attacks).containsExactly(Attack.values());
  }

  @Test
  void idsAreUnique() {
    Set<String> ids = new HashSet<>();
    for (long number = 100; number < 600; number++) {
      if (records.record(number).attack() != Attack.HUGE_KEY) {
        assertThat(ids.add(new String(records.record(number).key(), StandardCharsets.UTF_8)))
            .isTrue();
      }
    }
  }

  @Test
  void aGoodRecordIsAnEnvelopeOfTheStream() throws Exception {
    HostileRecord good = first(Attack.GOOD);

    ImageEnvelope envelope = new ImageEnvelope(JobConfig.Registry.none());
    assertThat(envelope.open(good.value()).getStream()).isEqualTo("default");
  }

  /** Without its last byte alone, an envelope would end the attributes and lose nothing else. */
  @Test
  void aCutEnvelopeCannotBeOpened() {
    ImageEnvelope envelope = new ImageEnvelope(JobConfig.Registry.none());
    int cut = 0;
    for (long number = 100; number < 1_500; number++) {
      HostileRecord record = records.record(number);
      if (record.attack() == Attack.ENVELOPE_CUT) {
        cut++;
        assertThat(isOpened(envelope, record.value())).isFalse();
      }
    }
    assertThat(cut).isPositive();
  }

  @Test
  void theHugestRecordIsAsLargeAsWished() {
    assertThat(first(Attack.HUGE_VALUE).value()).hasSize(LARGEST_BYTES);
  }

  private HostileRecord first(Attack attack) {
    return LongStream.range(0, Attack.values().length)
        .mapToObj(records::record)
        .filter(record -> record.attack() == attack)
        .findFirst()
        .orElseThrow();
  }

  private static boolean isOpened(ImageEnvelope envelope, byte[] value) {
    try {
      envelope.open(value);
      return true;
    } catch (RejectedException e) {
      return false;
    }
  }
}
