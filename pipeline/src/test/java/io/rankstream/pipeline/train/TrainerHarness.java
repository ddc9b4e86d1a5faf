package io.rankstream.pipeline.train;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.storage.JobManagerCheckpointStorage;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/** One subtask of the training operator in Flink's test harness. */
final class TrainerHarness
    extends KeyedOneInputStreamOperatorTestHarness<String, MicroBatch, ImageEmbedding> {

  private static final int KEY_GROUPS = 128;
  private static final int MAX_STATE_BYTES = 64 << 20;
  private static final OutputTag<TrainingMetrics> METRICS =
      new OutputTag<>("metrics", TypeInformation.of(TrainingMetrics.class));
  private static final OutputTag<ModelVersion> VERSIONS =
      new OutputTag<>("versions", TypeInformation.of(ModelVersion.class));

  private TrainerHarness(JobConfig config, int parallelism, int subtask) throws Exception {
    super(
        new TwoHeadTrainerFactory(config, TrainingBatches.serializer(), METRICS, VERSIONS),
        MicroBatch::stream,
        Types.STRING,
        KEY_GROUPS,
        parallelism,
        subtask);
    setCheckpointStorage(new JobManagerCheckpointStorage(MAX_STATE_BYTES));
    setup(TypeInformation.of(ImageEmbedding.class).createSerializer(new SerializerConfigImpl()));
  }

  /** A running subtask that has no state yet. */
  static TrainerHarness started(JobConfig config) throws Exception {
    TrainerHarness harness = new TrainerHarness(config, 1, 0);
    harness.open();
    return harness;
  }

  /** A running subtask that has restored its part of the state of one subtask. */
  static TrainerHarness restored(OperatorSubtaskState state, int parallelism, int subtask)
      throws Exception {
    TrainerHarness harness = new TrainerHarness(TrainingBatches.CONFIG, parallelism, subtask);
    harness.initializeState(repartitionOperatorState(state, KEY_GROUPS, 1, parallelism, subtask));
    harness.open();
    return harness;
  }

  /** The subtask that owns a stream. */
  static int owner(String stream, int parallelism) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(stream, KEY_GROUPS, parallelism);
  }

  void process(MicroBatch batch) throws Exception {
    processElement(batch, 0);
  }

  /** The metrics emitted so far. */
  List<TrainingMetrics> metrics() {
    Queue<StreamRecord<TrainingMetrics>> records = getSideOutput(METRICS);
    return records == null ? List.of() : records.stream().map(StreamRecord::getValue).toList();
  }
}
