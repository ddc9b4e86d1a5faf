package io.rankstream.pipeline.receive;

import static io.rankstream.pipeline.receive.ReceiveHarness.DEAD_LETTERS;
import static io.rankstream.pipeline.receive.ReceiveHarness.function;
import static io.rankstream.pipeline.receive.ReceiveHarness.receive;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.wire.RegistryException;
import io.rankstream.pipeline.wire.StubRegistry;
import io.rankstream.schemas.LabeledImage;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** What a registry of schemas that is ill, gone or another one does to the job. */
class ReceiveRegistryHarnessTest {

  @Test
  void keepsGoodRecordsWhileTheRegistryIsIll() throws Exception {
    byte[] envelope = Fixtures.envelope("id", "default", "cat", Fixtures.png(1, 1));
    try (StubRegistry registry = new StubRegistry(null)) {
      RawRecord record =
          Fixtures.record(
              0, Fixtures.confluent(registry.add(LabeledImage.getClassSchema()), envelope));
      try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness =
          receive(registry.config())) {
        registry.fail(401, 1);
        assertThatThrownBy(() -> harness.processElement(record, 0))
            .isInstanceOf(RegistryException.class);
        assertThat(harness.getSideOutput(DEAD_LETTERS)).isNullOrEmpty();

        registry.fail(503, 1);
        harness.processElement(record, 0);
        assertThat(harness.extractOutputValues()).hasSize(1);
      }
    }
  }

  @Test
  void readsWhatItKnewBeforeAFailureWithoutTheRegistry() throws Exception {
    byte[] envelope = Fixtures.envelope("id", "default", "cat", Fixtures.png(1, 1));
    JobConfig.Registry gone;
    RawRecord record;
    OperatorSubtaskState state;
    try (StubRegistry registry = new StubRegistry(null)) {
      gone = registry.config();
      record =
          Fixtures.record(
              0, Fixtures.confluent(registry.add(LabeledImage.getClassSchema()), envelope));
      try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness = receive(gone)) {
        harness.processElement(record, 0);
        state = harness.snapshot(1, 1);
      }
    }

    try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness =
        new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(function(gone)))) {
      harness.initializeState(state);
      harness.open();
      harness.processElement(record, 0);

      assertThat(harness.extractOutputValues()).hasSize(1);
    }
  }

  @Test
  void asksAnotherRegistryWhatItsIdsMean() throws Exception {
    byte[] envelope = Fixtures.envelope("id", "default", "cat", Fixtures.png(1, 1));
    try (StubRegistry one = new StubRegistry(null);
        StubRegistry other = new StubRegistry(null)) {
      RawRecord record =
          Fixtures.record(0, Fixtures.confluent(one.add(LabeledImage.getClassSchema()), envelope));
      OperatorSubtaskState state;
      try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness =
          receive(one.config())) {
        harness.processElement(record, 0);
        state = harness.snapshot(1, 1);
      }

      try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness =
          new OneInputStreamOperatorTestHarness<>(
              new ProcessOperator<>(function(other.config())))) {
        harness.initializeState(state);
        harness.open();
        harness.processElement(record, 0);

        assertThat(harness.extractOutputValues()).isEmpty();
        assertThat(harness.getSideOutput(DEAD_LETTERS)).hasSize(1);
      }
    }
  }

  @Test
  void aStartWithAWrongLoginEndsTheJob() throws Exception {
    try (StubRegistry registry = new StubRegistry("user:password")) {
      assertThatThrownBy(() -> receive(registry.config()))
          .hasStackTraceContaining("SuppressRestartsException")
          .hasStackTraceContaining("check the login in registry.basic-auth-file");
    }
  }
}
