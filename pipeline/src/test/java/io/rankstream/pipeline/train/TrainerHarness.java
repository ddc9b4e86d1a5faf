package io.rankstream.pipeline.train;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.LineageId;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import org.apache.commons.io.FileUtils;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.storage.JobManagerCheckpointStorage;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.ThrowingRunnable;

/** One subtask of the training operator in Flink's test harness. */
final class TrainerHarness extends OneInputStreamOperatorTestHarness<MicroBatch, VersionPointer> {

  private static final JobID JOB = new JobID(1, 1);

  private static final Path WEIGHTS = temporary();
  private static final int KEY_GROUPS = 128;
  private static final long MANAGED_MEMORY_BYTES = 3L << 20;
  private static final int MAX_STATE_BYTES = 64 << 20;
  private static final OutputTag<TrainingMetrics> METRICS =
      new OutputTag<>("metrics", TypeInformation.of(TrainingMetrics.class));
  private static final OutputTag<ModelVersion> VERSIONS =
      new OutputTag<>("versions", TypeInformation.of(ModelVersion.class));

  private static final OutputTag<DeadLetter> LETTERS =
      new OutputTag<>("letters", TypeInformation.of(DeadLetter.class));

  private TrainerHarness(JobConfig config, String recoveryPath, int parallelism, int subtask)
      throws Exception {
    super(
        new TwoHeadTrainerFactory(
            config,
            new JobSubmission(recoveryPath, LineageId.born(System.currentTimeMillis())),
            directory(),
            TrainingBatches.serializer(),
            METRICS,
            VERSIONS,
            LETTERS),
        environment(parallelism, subtask));
    this.config.setStatePartitioner(0, (KeySelector<MicroBatch, StreamKey>) MicroBatch::key);
    this.config.setStateKeySerializer(
        TypeInformation.of(StreamKey.class).createSerializer(new SerializerConfigImpl()));
    this.config.serializeAllConfigs();
    setCheckpointStorage(new JobManagerCheckpointStorage(MAX_STATE_BYTES));
    setup(TypeInformation.of(VersionPointer.class).createSerializer(new SerializerConfigImpl()));
  }

  /** A running subtask that has no state yet. */
  static TrainerHarness started(JobConfig config) throws Exception {
    TrainerHarness harness = new TrainerHarness(config, "", 1, 0);
    harness.open();
    return harness;
  }

  /** A subtask after a failover that has restored its part of the state of one subtask. */
  static TrainerHarness restored(OperatorSubtaskState state, int parallelism, int subtask)
      throws Exception {
    return restored(TrainingBatches.CONFIG, "", state, parallelism, subtask);
  }

  /** The only subtask of a job that was started from a state. */
  static TrainerHarness startedFrom(OperatorSubtaskState state, String recoveryPath)
      throws Exception {
    return restored(TrainingBatches.CONFIG, recoveryPath, state, 1, 0);
  }

  /** The only subtask after a failover. */
  static TrainerHarness failedOver(JobConfig config, OperatorSubtaskState state) throws Exception {
    return restored(config, "", state, 1, 0);
  }

  private static TrainerHarness restored(
      JobConfig config,
      String recoveryPath,
      OperatorSubtaskState state,
      int parallelism,
      int subtask)
      throws Exception {
    TrainerHarness harness = new TrainerHarness(config, recoveryPath, parallelism, subtask);
    harness.initializeState(repartitionOperatorState(state, KEY_GROUPS, 1, parallelism, subtask));
    harness.open();
    return harness;
  }

  private static MockEnvironment environment(int parallelism, int subtask) {
    MockEnvironment environment =
        new MockEnvironmentBuilder()
            .setJobID(JOB)
            .setManagedMemorySize(MANAGED_MEMORY_BYTES)
            .setMaxParallelism(KEY_GROUPS)
            .setParallelism(parallelism)
            .setSubtaskIndex(subtask)
            .build();
    environment
        .getJobConfiguration()
        .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
    return environment;
  }

  /** The subtask that owns a stream. */
  static int owner(String stream, int parallelism) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(
        Fixtures.key(stream), KEY_GROUPS, parallelism);
  }

  void process(MicroBatch batch) throws Exception {
    processElement(batch, 0);
  }

  /** What the embedders were told so far. */
  List<VersionPointer> told() {
    return extractOutputValues();
  }

  /** The dead letters emitted so far. */
  List<DeadLetter> letters() {
    Queue<StreamRecord<DeadLetter>> records = getSideOutput(LETTERS);
    return records == null ? List.of() : records.stream().map(StreamRecord::getValue).toList();
  }

  /** The metrics emitted so far. */
  List<TrainingMetrics> metrics() {
    Queue<StreamRecord<TrainingMetrics>> records = getSideOutput(METRICS);
    return records == null ? List.of() : records.stream().map(StreamRecord::getValue).toList();
  }

  /** The metrics so far without what differs between two runs: times and lineages. */
  List<TrainingMetrics> steps() {
    return metrics().stream()
        .map(
            step ->
                TrainingMetrics.newBuilder(step)
                    .setProcessedAt(Instant.EPOCH)
                    .setStepMillis(0)
                    .setLineage("")
                    .build())
        .toList();
  }

  /** Waits for the next thing that the task thread has to do, and does it. */
  void yieldOnce() throws Exception {
    getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
  }

  /** A barrier, which the task takes as soon as it lets the lowest priority in. */
  void barrier(ThrowingRunnable<Exception> snapshot) {
    getTaskMailbox()
        .put(
            new Mail(
                MailboxExecutor.MailOptions.urgent(),
                () -> {
                  prepareSnapshotPreBarrier(1);
                  snapshot.run();
                },
                TaskMailbox.MIN_PRIORITY,
                "barrier"));
  }

  /** The file of a version that the embedders were told of. */
  static Path file(VersionPointer pointer) {
    return WEIGHTS.resolve(pointer.file());
  }

  /** Where the weights for the embedders go: one directory for all tests of the class. */
  static String directory() {
    return WEIGHTS.toUri().toString();
  }

  private static Path temporary() {
    try {
      Path directory = Files.createTempDirectory("rankstream-trainer-test");
      FileUtils.forceDeleteOnExit(directory.toFile());
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
