package io.rankstream.pipeline.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.schemas.DeadLetter;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.ProcessFunctionTestHarnesses;
import org.apache.flink.util.OutputTag;

/** The operator that receives images, and what it refuses. */
final class ReceiveHarness {

  static final OutputTag<ImageInput> TO_TRAIN =
      new OutputTag<>("to-train", TypeInformation.of(ImageInput.class));
  static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));

  private ReceiveHarness() {}

  static OneInputStreamOperatorTestHarness<RawRecord, ImageInput> receive() throws Exception {
    return receive(new JobConfig.Registry("", ""));
  }

  static OneInputStreamOperatorTestHarness<RawRecord, ImageInput> receive(
      JobConfig.Registry registry) throws Exception {
    return ProcessFunctionTestHarnesses.forProcessFunction(function(registry));
  }

  static ReceiveImages function(JobConfig.Registry registry) {
    return new ReceiveImages(
        Fixtures.config(
            "input.max-record-bytes", "1 mb",
            "registry.url", registry.url(),
            "registry.basic-auth-file", registry.basicAuthFile()),
        TO_TRAIN,
        DEAD_LETTERS);
  }

  static String reason(byte[] value) throws Exception {
    return reason(value, new JobConfig.Registry("", ""));
  }

  static String reason(byte[] value, JobConfig.Registry registry) throws Exception {
    try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness = receive(registry)) {
      harness.processElement(Fixtures.record(0, value), 0);
      assertThat(harness.extractOutputValues()).isEmpty();
      List<String> reasons =
          harness.getSideOutput(DEAD_LETTERS).stream()
              .map(StreamRecord::getValue)
              .map(DeadLetter::getReason)
              .toList();
      assertThat(reasons).hasSize(1);
      return reasons.get(0);
    }
  }

  static List<DeadLetter> letters(
      OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness) {
    return harness.getSideOutput(DEAD_LETTERS).stream().map(StreamRecord::getValue).toList();
  }
}
