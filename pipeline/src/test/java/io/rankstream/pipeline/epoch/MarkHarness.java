package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.event.EpochCount;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.schemas.ModelVersion;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;

/** The operator that writes the marks of the epochs in Flink's test harness. */
final class MarkHarness extends AbstractStreamOperatorTestHarness<ModelVersion> {

  private MarkHarness() throws Exception {
    super(new MarkEpochsFactory(), 128, 1, 0);
    setup(TypeInformation.of(ModelVersion.class).createSerializer(new SerializerConfigImpl()));
  }

  static MarkHarness started() throws Exception {
    MarkHarness harness = new MarkHarness();
    harness.open();
    return harness;
  }

  static MarkHarness restored(OperatorSubtaskState state) throws Exception {
    MarkHarness harness = new MarkHarness();
    harness.initializeState(state);
    harness.open();
    return harness;
  }

  void count(EpochCount count) throws Exception {
    twoInput().processElement1(new StreamRecord<>(count));
  }

  void tell(EpochEvent event) throws Exception {
    twoInput().processElement2(new StreamRecord<>(event));
  }

  /** The barrier of a checkpoint. */
  OperatorSubtaskState barrier(long checkpoint) throws Exception {
    operator.prepareSnapshotPreBarrier(checkpoint);
    return snapshot(checkpoint, checkpoint);
  }

  @SuppressWarnings("unchecked")
  private TwoInputStreamOperator<EpochCount, EpochEvent, ModelVersion> twoInput() {
    return (TwoInputStreamOperator<EpochCount, EpochEvent, ModelVersion>) operator;
  }
}
