package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.ThrowingRunnable;

/** One embedder in Flink's test harness, and a trainer that hands versions to it. */
final class EmbedHarness extends AbstractStreamOperatorTestHarness<EmbeddingChange> {

  private static final OutputTag<DeadLetter> LETTERS =
      new OutputTag<>("letters", TypeInformation.of(DeadLetter.class));

  private EmbedHarness(
      JobConfig config, JobSubmission submission, Path weights, boolean checkpoints)
      throws Exception {
    super(
        new EmbedImagesFactory(config, submission, weights.toUri().toString(), LETTERS),
        environment(checkpoints));
    this.config.setStatePartitioner(0, (KeySelector<ImageInput, String>) ImageInput::imageKey);
    this.config.setStateKeySerializer(Types.STRING.createSerializer(new SerializerConfigImpl()));
    this.config.serializeAllConfigs();
    setup(TypeInformation.of(EmbeddingChange.class).createSerializer(new SerializerConfigImpl()));
  }

  /** An embedder of a job with checkpoints that has no state yet. */
  static EmbedHarness started(JobConfig config, JobSubmission submission, Path weights)
      throws Exception {
    EmbedHarness harness = new EmbedHarness(config, submission, weights, true);
    harness.open();
    return harness;
  }

  /** An embedder of a job without checkpoints. */
  static EmbedHarness withoutCheckpoints(JobConfig config, JobSubmission submission, Path weights)
      throws Exception {
    EmbedHarness harness = new EmbedHarness(config, submission, weights, false);
    harness.open();
    return harness;
  }

  static EmbedHarness restored(
      JobConfig config, JobSubmission submission, Path weights, OperatorSubtaskState state)
      throws Exception {
    EmbedHarness harness = new EmbedHarness(config, submission, weights, true);
    harness.initializeState(state);
    harness.open();
    return harness;
  }

  private static MockEnvironment environment(boolean checkpoints) {
    MockEnvironment environment =
        new MockEnvironmentBuilder()
            .setJobID(new JobID(1, 1))
            .setManagedMemorySize(3L << 20)
            .setMaxParallelism(128)
            .setParallelism(1)
            .setSubtaskIndex(0)
            .build();
    if (checkpoints) {
      environment
          .getJobConfiguration()
          .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
    }
    return environment;
  }

  void process(ImageInput... inputs) throws Exception {
    for (ImageInput input : inputs) {
      StreamRecord<ImageInput> element = new StreamRecord<>(input);
      twoInput().setKeyContextElement1(element);
      twoInput().processElement1(element);
    }
  }

  void tell(VersionPointer pointer) throws Exception {
    twoInput().processElement2(new StreamRecord<>(pointer));
  }

  void endInput() throws Exception {
    ((BoundedMultiInput) operator).endInput(1);
  }

  /** The barrier of a checkpoint. */
  OperatorSubtaskState barrier(long checkpoint) throws Exception {
    operator.prepareSnapshotPreBarrier(checkpoint);
    return snapshotWithLocalState(checkpoint, checkpoint, CheckpointType.CHECKPOINT)
        .getJobManagerOwnedState();
  }

  /** The barrier of a savepoint of a job that goes on. */
  OperatorSubtaskState savepoint(long checkpoint) throws Exception {
    operator.prepareSnapshotPreBarrier(checkpoint);
    return snapshotWithLocalState(
            checkpoint, checkpoint, SavepointType.savepoint(SavepointFormatType.CANONICAL))
        .getJobManagerOwnedState();
  }

  void aborted(long checkpoint) throws Exception {
    operator.notifyCheckpointAborted(checkpoint);
  }

  /** Does something when the task thread looks into its mailbox. */
  void later(ThrowingRunnable<Exception> action) throws Exception {
    getTaskMailbox().put(new Mail(action, TaskMailbox.MAX_PRIORITY, "later"));
  }

  /** Does what waits in the mailbox. */
  void runMails() throws Exception {
    for (Optional<Mail> mail = nextMail(); mail.isPresent(); mail = nextMail()) {
      mail.get().run();
    }
  }

  private Optional<Mail> nextMail() {
    return getTaskMailbox().tryTake(TaskMailbox.MIN_PRIORITY);
  }

  List<EmbeddingChange> changes() {
    return extractOutputValues();
  }

  /** The embeddings so far, without deletions. */
  List<ImageEmbedding> embeddings() {
    return changes().stream()
        .filter(change -> !change.isDeletion())
        .map(EmbeddingChange::embedding)
        .toList();
  }

  /** The versions of the embeddings so far, in their order, each with its number. */
  Map<Long, Integer> versions() {
    Map<Long, Integer> versions = new TreeMap<>();
    embeddings().forEach(each -> versions.merge(each.getModelVersion(), 1, Integer::sum));
    return versions;
  }

  List<DeadLetter> letters() {
    Queue<StreamRecord<DeadLetter>> records = getSideOutput(LETTERS);
    return records == null ? List.of() : records.stream().map(StreamRecord::getValue).toList();
  }

  /** An image with pixels of its own, at an offset that is its number. */
  static AcceptedImage image(String stream, int number) {
    byte[] pixels = new byte[28 * 28];
    new Random(number).nextBytes(pixels);
    return new AcceptedImage(
        "image-" + number,
        Fixtures.key(stream),
        "class-" + number % 4,
        number,
        number,
        pixels,
        Fixtures.origin(number));
  }

  @SuppressWarnings("unchecked")
  private TwoInputStreamOperator<ImageInput, VersionPointer, EmbeddingChange> twoInput() {
    return (TwoInputStreamOperator<ImageInput, VersionPointer, EmbeddingChange>) operator;
  }
}
