package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.EpochCount;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.DeadLetter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/** One embedder of a job that embeds in epochs, in Flink's test harness. */
final class EmbedEpochsHarness extends AbstractStreamOperatorTestHarness<EmbeddingChange> {

  private static final int KEY_GROUPS = 128;
  private static final OutputTag<DeadLetter> LETTERS =
      new OutputTag<>("letters", TypeInformation.of(DeadLetter.class));
  private static final OutputTag<EpochCount> COUNTS =
      new OutputTag<>("counts", TypeInformation.of(EpochCount.class));

  private EmbedEpochsHarness(
      JobConfig config, JobSubmission submission, Path weights, int parallelism, int subtask)
      throws Exception {
    super(
        new EmbedEpochsFactory(config, submission, weights.toUri().toString(), LETTERS, COUNTS),
        new MockEnvironmentBuilder()
            .setJobID(new JobID(1, 1))
            .setManagedMemorySize(3L << 20)
            .setMaxParallelism(KEY_GROUPS)
            .setParallelism(parallelism)
            .setSubtaskIndex(subtask)
            .build());
    this.config.setStatePartitioner(0, (KeySelector<ImageInput, String>) ImageInput::imageKey);
    this.config.setStateKeySerializer(Types.STRING.createSerializer(new SerializerConfigImpl()));
    this.config.serializeAllConfigs();
    setup(TypeInformation.of(EmbeddingChange.class).createSerializer(new SerializerConfigImpl()));
  }

  /** The only embedder of a job that has no state yet. */
  static EmbedEpochsHarness started(JobConfig config, JobSubmission submission, Path weights)
      throws Exception {
    EmbedEpochsHarness harness = new EmbedEpochsHarness(config, submission, weights, 1, 0);
    harness.open();
    return harness;
  }

  /** One of several embedders that share the state of one. */
  static EmbedEpochsHarness restored(
      JobConfig config,
      JobSubmission submission,
      Path weights,
      OperatorSubtaskState state,
      int parallelism,
      int subtask)
      throws Exception {
    EmbedEpochsHarness harness =
        new EmbedEpochsHarness(config, submission, weights, parallelism, subtask);
    harness.initializeState(repartitionOperatorState(state, KEY_GROUPS, 1, parallelism, subtask));
    harness.open();
    return harness;
  }

  /** The embedder that an image belongs to. */
  static int owner(ImageInput image, int parallelism) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(
        image.imageKey(), KEY_GROUPS, parallelism);
  }

  void process(ImageInput... inputs) throws Exception {
    for (ImageInput input : inputs) {
      StreamRecord<ImageInput> element = new StreamRecord<>(input);
      twoInput().setKeyContextElement1(element);
      twoInput().processElement1(element);
    }
  }

  void tell(EpochEvent event) throws Exception {
    twoInput().processElement2(new StreamRecord<>(event));
  }

  /** The barrier of a checkpoint. */
  OperatorSubtaskState barrier(long checkpoint) throws Exception {
    operator.prepareSnapshotPreBarrier(checkpoint);
    return snapshot(checkpoint, checkpoint);
  }

  /** The job is drained: the operators behind take nothing after this. */
  void finish() throws Exception {
    operator.finish();
  }

  /** Every change so far: id, and version or "deleted". */
  List<String> changes() {
    return extractOutputValues().stream().map(EmbedEpochsHarness::text).toList();
  }

  /** Images that something is remembered of. */
  int numKeyedStateEntries() {
    HeapKeyedStateBackend<?> backend =
        (HeapKeyedStateBackend<?>) ((AbstractStreamOperator<?>) operator).getKeyedStateBackend();
    return backend.numKeyValueStateEntries();
  }

  /** The counts so far. */
  List<EpochCount> counts() {
    Queue<StreamRecord<EpochCount>> records = getSideOutput(COUNTS);
    List<EpochCount> counts = new ArrayList<>();
    if (records != null) {
      records.forEach(each -> counts.add(each.getValue()));
    }
    return counts;
  }

  private static String text(EmbeddingChange change) {
    if (!change.isDeletion()) {
      return "%s v%d".formatted(change.imageId(), change.embedding().getModelVersion());
    }
    return change.only() == null
        ? change.imageId() + " deleted"
        : "%s v%d deleted".formatted(change.imageId(), change.only().version());
  }

  @SuppressWarnings("unchecked")
  private TwoInputStreamOperator<ImageInput, EpochEvent, EmbeddingChange> twoInput() {
    return (TwoInputStreamOperator<ImageInput, EpochEvent, EmbeddingChange>) operator;
  }
}
