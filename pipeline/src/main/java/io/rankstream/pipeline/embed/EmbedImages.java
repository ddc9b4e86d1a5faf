package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.config.EmbedConfig;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.ImageInput.Kind;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.pipeline.start.Lineage;
import io.rankstream.schemas.DeadLetter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Embeds every accepted image, keyed by stream and id, with the newest version of its stream's
 * model that it has adopted. The versions come from the trainer, as pointers on a broadcast edge.
 *
 * <p>A {@link VersionFollower} sees that what one checkpoint commits for a stream carries one
 * version. That needs three things of the job graph: the edge of the versions is broadcast, the
 * sink is chained to this operator or joined by a forward edge, and one key has one subtask.
 *
 * <p>While the follower is undecided nothing is emitted, but input is still taken in, up to {@link
 * EmbedConfig#HELD_BATCHES} batches: a task before this one that waits for room in front of it
 * cannot let the barriers pass that the decision waits for. What was taken in is embedded after the
 * decision and before the next barrier.
 */
final class EmbedImages extends ImageEmbedder<VersionPointer> implements BoundedMultiInput {

  private static final long serialVersionUID = 1L;

  private final transient MailboxExecutor mailbox;

  private transient boolean hasCheckpoints;
  private transient BroadcastState<String, VersionPointer> toldState;
  private transient VersionFollower follower;
  private transient ForgottenImages forgotten;
  private transient HeldInput<ImageInput> held;

  EmbedImages(
      StreamOperatorParameters<EmbeddingChange> parameters,
      JobConfig config,
      JobSubmission submission,
      String directory,
      OutputTag<DeadLetter> deadLetters) {
    super(parameters, config, submission, directory, deadLetters);
    this.mailbox = parameters.getMailboxExecutor();
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    toldState = context.getOperatorStateStore().getBroadcastState(TOLD);
    Map<String, VersionPointer> restored = ofPresentStreams(toldState);
    restored.replaceAll((stream, told) -> inPresentLineage(told));
    follower = new VersionFollower(restored);
  }

  @Override
  public void open() throws Exception {
    super.open();
    hasCheckpoints =
        CheckpointingOptions.isCheckpointingEnabled(
            getContainingTask().getEnvironment().getJobConfiguration());
    forgotten = new ForgottenImages(getRuntimeContext());
    held = new HeldInput<>(EmbedConfig.HELD_BATCHES * settings.batchSize());
  }

  @Override
  public void processElement1(StreamRecord<ImageInput> element) throws Exception {
    if (held.isFull()) {
      awaitDecision();
    }
    if (follower.isUndecided()) {
      held.add(element.getValue());
    } else {
      takeHeld();
      setKeyContextElement1(element); // what was held had others
      take(element.getValue());
    }
  }

  private void take(ImageInput input) throws Exception {
    if (input.forgets()) {
      delete(input);
      forgotten.forget(input.origin());
    } else if (input.kind() == Kind.EMBED_AGAIN && forgotten.isForgotten(input.origin())) {
      measured.forgotten();
    } else if (!isShed(input)) {
      batches.add(input);
    }
  }

  @Override
  public void processElement2(StreamRecord<VersionPointer> element) throws Exception {
    follower.tell(element.getValue());
    measured.told(element.getValue());
    if (!hasCheckpoints) {
      batches.embedAll();
      follower.adopt();
      adopted();
    }
  }

  /** No image is held over the end: it comes behind all of them. */
  @Override
  public void endInput(int inputId) throws Exception {
    if (inputId == 1) {
      awaitDecisionOnHeld();
      batches.embedAll();
    }
  }

  /** What came before the barrier leaves before it, under the version that it came under. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    awaitDecisionOnHeld();
    batches.embedAll();
    measured.barrier(checkpointId);
  }

  /**
   * Adopts what was told, if the checkpoint commits. A savepoint of a running job is never reported
   * as complete, so nothing is adopted at it.
   */
  @Override
  public OperatorSnapshotFutures snapshotState(
      long checkpointId, long timestamp, CheckpointOptions options, CheckpointStreamFactory storage)
      throws Exception {
    OperatorSnapshotFutures futures =
        super.snapshotState(checkpointId, timestamp, options, storage);
    if (!options.getCheckpointType().isSavepoint() && checkpointId % settings.adoptEvery() == 0) {
      follower.open(checkpointId);
      versions.prefetch(follower.adopted());
    }
    return futures;
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    toldState.clear();
    toldState.putAll(follower.told());
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    follower.completed(checkpointId);
    decided();
    measured.committed(checkpointId, Instant.now());
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    super.notifyCheckpointAborted(checkpointId);
    follower.aborted(checkpointId);
    decided();
  }

  @Override
  void embed(List<ImageInput> images) throws InterruptedException {
    embed(images, follower.current(images.get(0).stream()), true);
  }

  /** The lineage of a version under the present start of the job, as the trainer has it. */
  private VersionPointer inPresentLineage(VersionPointer told) {
    Lineage written = new Lineage(told.lineage(), "", 0, told.start());
    Lineage present = written.restored(told.version(), start);
    return told.in(present.id(), present.start());
  }

  /** What arrived while the follower was undecided waits no longer than that. */
  private void decided() {
    adopted();
    if (!held.isEmpty() && !follower.isUndecided()) {
      mailbox.execute(this::takeHeld, "Images that came before the decision on a checkpoint");
    }
  }

  /** The decision may have come, and been followed by another barrier, before this is called. */
  private void takeHeld() throws Exception {
    while (!held.isEmpty() && !follower.isUndecided()) {
      StreamRecord<ImageInput> next = held.remove();
      setKeyContextElement1(next);
      take(next.getValue());
    }
  }

  /** Nothing that came before a barrier, or before the end, may be emitted behind it. */
  private void awaitDecisionOnHeld() throws Exception {
    if (!held.isEmpty()) {
      awaitDecision();
      takeHeld();
    }
  }

  /** Until it is known which version counts, nothing is emitted; barriers cannot come meanwhile. */
  private void awaitDecision() throws Exception {
    if (follower.isUndecided()) {
      long since = System.nanoTime();
      while (follower.isUndecided()) {
        mailbox.yield();
      }
      measured.held(System.nanoTime() - since);
    }
  }

  private void adopted() {
    versions.retain(follower.needed(), anyStarts(follower::current));
  }
}
