package io.rankstream.pipeline.drift;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.drift.AnchorInput.Kind;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.schemas.EpochRequest;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/** One subtask that measures drift, in Flink's test harness. */
final class DriftHarness extends AbstractStreamOperatorTestHarness<ModelVersion> {

  private static final OutputTag<RawRecord> WISHES =
      new OutputTag<>("wishes", TypeInformation.of(RawRecord.class));

  private static final int KEY_GROUPS = 128;

  private final Map<String, Metric> metrics;

  private DriftHarness(JobConfig config, Path weights, int parallelism, int subtask)
      throws Exception {
    this(config, weights, parallelism, subtask, new ConcurrentHashMap<>());
  }

  private DriftHarness(
      JobConfig config, Path weights, int parallelism, int subtask, Map<String, Metric> metrics)
      throws Exception {
    super(
        new MeasureDriftFactory(config, weights.toUri().toString(), WISHES),
        environment(parallelism, subtask, metrics));
    this.metrics = metrics;
    this.config.setStatePartitioner(0, (KeySelector<AnchorInput, StreamKey>) AnchorInput::key);
    this.config.setStateKeySerializer(
        TypeInformation.of(StreamKey.class).createSerializer(new SerializerConfigImpl()));
    this.config.serializeAllConfigs();
    setup(TypeInformation.of(ModelVersion.class).createSerializer(new SerializerConfigImpl()));
  }

  /** The only subtask, without state. */
  static DriftHarness started(JobConfig config, Path weights) throws Exception {
    DriftHarness harness = new DriftHarness(config, weights, 1, 0);
    harness.open();
    return harness;
  }

  /** The only subtask, without state, on a state backend of its own. */
  static DriftHarness started(JobConfig config, Path weights, StateBackend backend)
      throws Exception {
    DriftHarness harness = new DriftHarness(config, weights, 1, 0);
    harness.setStateBackend(backend);
    harness.open();
    return harness;
  }

  /** The only subtask, restored on a state backend of its own. */
  static DriftHarness restored(
      JobConfig config, Path weights, OperatorSubtaskState state, StateBackend backend)
      throws Exception {
    DriftHarness harness = new DriftHarness(config, weights, 1, 0);
    harness.setStateBackend(backend);
    harness.initializeState(state);
    harness.open();
    return harness;
  }

  /** A subtask that has restored its part of the state of an only one. */
  static DriftHarness restored(
      JobConfig config, Path weights, OperatorSubtaskState state, int parallelism, int subtask)
      throws Exception {
    DriftHarness harness = new DriftHarness(config, weights, parallelism, subtask);
    harness.initializeState(repartitionOperatorState(state, KEY_GROUPS, 1, parallelism, subtask));
    harness.open();
    return harness;
  }

  private static MockEnvironment environment(
      int parallelism, int subtask, Map<String, Metric> metrics) {
    TestingMetricRegistry registry =
        TestingMetricRegistry.builder()
            .setRegisterConsumer((metric, name, group) -> metrics.put(name, metric))
            .build();
    return new MockEnvironmentBuilder()
        .setMetricGroup(
            TaskManagerMetricGroup.createTaskManagerMetricGroup(
                    registry, "localhost", ResourceID.generate())
                .addJob(new JobID(1, 1), "job")
                .addTask(ExecutionAttemptID.randomId(), "task"))
        .setJobID(new JobID(1, 1))
        .setManagedMemorySize(3L << 20)
        .setMaxParallelism(KEY_GROUPS)
        .setParallelism(parallelism)
        .setSubtaskIndex(subtask)
        .build();
  }

  /** The subtask that owns a stream. */
  static int owner(String stream, int parallelism) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(
        Fixtures.key(stream), KEY_GROUPS, parallelism);
  }

  /** Images of four classes, each with pixels of its own. */
  void offer(String stream, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      process(image(stream, i));
    }
  }

  void process(AnchorInput input) throws Exception {
    StreamRecord<AnchorInput> element = new StreamRecord<>(input);
    twoInput().setKeyContextElement1(element);
    twoInput().processElement1(element);
  }

  void tell(VersionPointer pointer) throws Exception {
    twoInput().processElement2(new StreamRecord<>(pointer));
  }

  /** Waits for the result of a measurement, and lets the task thread take it over. */
  void awaitResult() throws Exception {
    getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
  }

  /** Whether a result is there that was not taken over. */
  boolean hasResult() {
    return getTaskMailbox().hasMail();
  }

  /** Tells of a version that is due, and awaits its measurement. */
  void measure(VersionPointer pointer) throws Exception {
    tell(pointer);
    awaitResult();
  }

  void endInput() throws Exception {
    ((BoundedMultiInput) operator).endInput(1);
    ((BoundedMultiInput) operator).endInput(2);
  }

  List<ModelVersion> records() {
    return extractOutputValues();
  }

  /** The epochs that were asked for. */
  List<EpochRequest> wishes() throws IOException {
    List<EpochRequest> wishes = new ArrayList<>();
    if (getSideOutput(WISHES) != null) {
      for (StreamRecord<RawRecord> each : getSideOutput(WISHES)) {
        wishes.add(EpochRequest.fromByteBuffer(ByteBuffer.wrap(each.getValue().value())));
      }
    }
    return wishes;
  }

  /** The value of a counter. */
  long count(String name) {
    return ((Counter) metrics.get(name)).getCount();
  }

  /** The value of a gauge of the only stream. */
  double gauge(String name) {
    return ((Number) ((Gauge<?>) metrics.get(name)).getValue()).doubleValue();
  }

  int anchors(String stream) {
    return ((MeasureDrift) operator).anchors(stream);
  }

  static AnchorInput image(String stream, int number) {
    byte[] pixels = new byte[28 * 28];
    new Random(number).nextBytes(pixels);
    return new AnchorInput(
        Kind.OFFER, Fixtures.key(stream), "image-" + number, "class-" + number % 4, number, pixels);
  }

  @SuppressWarnings("unchecked")
  private TwoInputStreamOperator<AnchorInput, VersionPointer, ModelVersion> twoInput() {
    return (TwoInputStreamOperator<AnchorInput, VersionPointer, ModelVersion>) operator;
  }
}
