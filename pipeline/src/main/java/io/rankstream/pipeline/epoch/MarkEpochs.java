package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.event.EpochCount;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ModelVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Writes the marks of the epochs. It is one subtask behind all embedders.
 *
 * <p>An epoch is complete for all embedders before the same barrier, or for none; so their last
 * counts are all in one checkpoint. Only when that is complete, the mark is written, so with the
 * checkpoint after: the embeddings that it speaks of were committed with the former. The events
 * come on a broadcast edge, so no barrier overtakes a count on the way here.
 */
final class MarkEpochs extends AbstractStreamOperator<ModelVersion>
    implements TwoInputStreamOperator<EpochCount, EpochEvent, ModelVersion> {

  private static final long serialVersionUID = 1L;
  private static final long NO_BARRIER = Long.MAX_VALUE;

  private transient ListState<EpochFigures> state;
  private transient Map<String, EpochFigures> epochs; // by stream
  private transient boolean isFinished;
  private transient Map<String, Long> barriers; // first one behind the completion, by stream

  MarkEpochs(StreamOperatorParameters<ModelVersion> parameters) {
    super(parameters);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    state =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("epoch-figures", TypeInformation.of(EpochFigures.class)));
    epochs = new TreeMap<>();
    barriers = new TreeMap<>();
    for (EpochFigures each : state.get()) {
      epochs.put(each.stream(), each);
      if (each.isComplete()) {
        barriers.put(each.stream(), 0L); // its checkpoint is complete
      }
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    markComplete(0);
  }

  @Override
  public void processElement1(StreamRecord<EpochCount> element) {
    EpochCount count = element.getValue();
    change(count.stream(), count.number(), figures -> figures.plus(count));
  }

  @Override
  public void processElement2(StreamRecord<EpochEvent> element) {
    EpochEvent event = element.getValue();
    switch (event.kind()) {
      case BEGIN -> {}
      case OPEN -> {
        EpochFigures opened = EpochFigures.opened(event.mark());
        epochs.put(event.stream(), opened);
        write(opened, EpochState.OPENED);
      }
      case END -> change(event.stream(), event.number(), figures -> figures.ended(event.mark()));
      case ABORT -> {
        EpochFigures aborted = epochs.remove(event.stream());
        if (aborted != null) {
          write(aborted, EpochState.ABORTED);
        }
      }
    }
  }

  /**
   * After this, the sink takes no records: what is to be marked yet is marked at the next start.
   */
  @Override
  public void finish() throws Exception {
    super.finish();
    isFinished = true;
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    for (EpochFigures each : epochs.values()) {
      if (each.isComplete()) {
        barriers.merge(each.stream(), checkpointId, Math::min);
      }
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    state.update(new ArrayList<>(epochs.values()));
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    if (!isFinished) {
      markComplete(checkpointId);
    }
  }

  private void markComplete(long checkpointId) {
    for (EpochFigures each : List.copyOf(epochs.values())) {
      if (each.isComplete() && barriers.getOrDefault(each.stream(), NO_BARRIER) <= checkpointId) {
        write(each, EpochState.COMPLETE);
        epochs.remove(each.stream());
        barriers.remove(each.stream());
      }
    }
  }

  private void change(String stream, long number, UnaryOperator<EpochFigures> change) {
    epochs.computeIfPresent(
        stream, (name, figures) -> figures.number() == number ? change.apply(figures) : figures);
  }

  private void write(EpochFigures figures, EpochState epochState) {
    Instant now = Instant.ofEpochMilli(getProcessingTimeService().getCurrentProcessingTime());
    output.collect(new StreamRecord<>(figures.mark(epochState, now)));
  }
}
