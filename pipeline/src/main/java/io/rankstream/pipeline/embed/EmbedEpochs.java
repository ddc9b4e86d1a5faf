package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.EpochCount;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.ImageInput.Kind;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.DeadLetter;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Embeds every accepted image, keyed by stream and id, with the version of the epoch. While the
 * next epoch is open, an image that arrives is embedded under the version that serves and then
 * under the next, so that the last record of an image has the newer one; and an image of the input
 * topic that is read again is embedded under the next, unless it arrived or was deleted since the
 * epoch opened.
 *
 * <p>That all images of the topic are embedded when an epoch ends needs two things of the job
 * graph: the edge of the events is broadcast, and no edge from where the topic is read lets a
 * barrier overtake an image. See {@link EpochFollower}.
 */
final class EmbedEpochs extends ImageEmbedder<EpochEvent> {

  private static final long serialVersionUID = 1L;

  private static final MapStateDescriptor<String, EpochEvent> OPEN =
      new MapStateDescriptor<>("epochs-open", Types.STRING, TypeInformation.of(EpochEvent.class));

  private final OutputTag<EpochCount> counts;

  private transient BroadcastState<String, VersionPointer> servingState;
  private transient BroadcastState<String, EpochEvent> openState;
  private transient EpochFollower epochs;
  private transient SinceOpening sinceOpening;
  private transient Map<String, EpochTally> tallies;
  private transient boolean isFinished;

  EmbedEpochs(
      StreamOperatorParameters<EmbeddingChange> parameters,
      JobConfig config,
      JobSubmission submission,
      String directory,
      OutputTag<DeadLetter> deadLetters,
      OutputTag<EpochCount> counts) {
    super(parameters, config, submission, directory, deadLetters);
    this.counts = counts;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    servingState = context.getOperatorStateStore().getBroadcastState(TOLD);
    openState = context.getOperatorStateStore().getBroadcastState(OPEN);
    epochs = new EpochFollower(ofPresentStreams(servingState), ofPresentStreams(openState));
  }

  @Override
  public void open() throws Exception {
    super.open();
    sinceOpening = new SinceOpening(getKeyedStateBackend());
    tallies = new HashMap<>();
    versions.prefetch(epochs.needed());
  }

  @Override
  public void processElement1(StreamRecord<ImageInput> element) throws Exception {
    ImageInput input = element.getValue();
    switch (input.kind()) {
      case TAKE, EMBED_AGAIN -> {
        if (!isShed(input)) {
          noteChange(input.stream());
          batches.add(input);
        }
      }
      case FORGET -> {
        noteChange(input.stream());
        delete(input);
      }
      case SWEEP, SWEEP_FORGET -> sweep(input);
    }
  }

  /** Images before an event have nothing to do with it. */
  @Override
  public void processElement2(StreamRecord<EpochEvent> element) throws Exception {
    EpochEvent event = element.getValue();
    batches.embed(event.stream());
    epochs.take(event);
    if (event.kind() == EpochEvent.Kind.ABORT) {
      tallies.remove(event.stream());
      sinceOpening.clear(event.stream());
    } else {
      measured.told(event.weights());
    }
    versionsChanged();
  }

  /** No record may leave after this: an epoch that ends is complete after the next start. */
  @Override
  public void finish() throws Exception {
    batches.embedAll();
    countOpen();
    super.finish();
    isFinished = true;
  }

  /** An epoch whose end is known is complete with the images before this barrier. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    if (isFinished) {
      return;
    }

    batches.embedAll();
    List<EpochEvent> complete = epochs.complete();
    for (EpochEvent each : complete) {
      count(tallies.computeIfAbsent(each.stream(), stream -> new EpochTally()), each, embedders());
      tallies.remove(each.stream());
      sinceOpening.clear(each.stream());
    }
    countOpen();
    if (!complete.isEmpty()) {
      versionsChanged();
    }
    measured.barrier(checkpointId);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    servingState.clear();
    servingState.putAll(epochs.serving());
    openState.clear();
    openState.putAll(epochs.open());
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    measured.committed(checkpointId, Instant.now());
  }

  @Override
  void embed(List<ImageInput> images) throws InterruptedException {
    String stream = images.get(0).stream();
    List<ImageInput> arrived = images.stream().filter(each -> each.kind() != Kind.SWEEP).toList();
    if (!arrived.isEmpty()) {
      embed(arrived, epochs.serving(stream), true);
    }
    EpochEvent open = epochs.open(stream);
    if (open != null) {
      int refused = embed(images, open.weights(), false).withoutLetter(images);
      tally(stream).embedded(images.size() - arrived.size() - refused, refused);
    }
  }

  private void sweep(ImageInput input) throws Exception {
    if (!epochs.isOpen(input.stream(), input.epoch())) {
      return; // the epoch was aborted meanwhile
    }

    boolean hasChanged = sinceOpening.hasChanged(input.epoch());
    if (input.kind() == Kind.SWEEP && hasChanged) {
      tally(input.stream()).superseded();
      measured.superseded();
    } else if (input.kind() == Kind.SWEEP) {
      batches.add(input);
      measured.swept();
    } else if (!hasChanged) {
      batches.embed(input.stream());
      VersionPointer version = epochs.open(input.stream()).weights();
      output.collect(
          new StreamRecord<>(
              EmbeddingChange.deletion(
                  input.stream(),
                  input.imageId(),
                  new VersionRank(version.lineage(), version.version()))));
    }
  }

  private void noteChange(String stream) throws Exception {
    EpochEvent open = epochs.open(stream);
    if (open != null) {
      sinceOpening.changed(open.number());
    }
  }

  private void countOpen() {
    tallies.forEach((stream, tally) -> count(tally, epochs.open(stream), 0));
    tallies.clear();
  }

  private EpochTally tally(String stream) {
    return tallies.computeIfAbsent(stream, name -> new EpochTally());
  }

  private void count(EpochTally tally, EpochEvent epoch, int embedders) {
    output.collect(
        counts, new StreamRecord<>(tally.count(epoch.stream(), epoch.number(), embedders)));
  }

  private int embedders() {
    return getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
  }

  private void versionsChanged() {
    Set<VersionPointer> needed = epochs.needed();
    versions.prefetch(needed);
    versions.retain(needed, anyStarts(epochs::serving));
  }
}
