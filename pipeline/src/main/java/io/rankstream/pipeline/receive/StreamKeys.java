package io.rankstream.pipeline.receive;

import io.rankstream.pipeline.event.StreamKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The keys of the streams. The salts are kept in the state of the receiver, so that a stream finds
 * the state of its window and of its model after its neighbours in {@code input.streams} have
 * changed. A stream that is taken out of the list keeps its salt, since its window stays in the
 * state: it finds the window when it comes back.
 *
 * <p>Each subtask holds all salts (broadcast state): a checkpoint is complete with those of any
 * subtask, also after some have reached the end of a bounded input.
 */
final class StreamKeys {

  private static final MapStateDescriptor<String, Integer> SALTS =
      new MapStateDescriptor<>("stream-salts", Types.STRING, Types.INT);

  private final Map<String, StreamKey> keys = new HashMap<>();

  /**
   * Restores the keys of the streams that the state knows, and adds keys for the others.
   *
   * @param store operator state of the receiver
   * @param streams streams that the job has now
   * @param task the task of the receiver, whose parallelism the keys spread evenly over
   */
  StreamKeys(OperatorStateStore store, Collection<String> streams, TaskInfo task) throws Exception {
    EvenKeyGroups keyGroups =
        new EvenKeyGroups(
            task.getMaxNumberOfParallelSubtasks(), task.getNumberOfParallelSubtasks());
    BroadcastState<String, Integer> state = store.getBroadcastState(SALTS);
    Map<String, Integer> salts = new HashMap<>();
    for (Map.Entry<String, Integer> kept : state.immutableEntries()) {
      salts.put(kept.getKey(), kept.getValue());
    }
    Map<String, Integer> added = keyGroups.saltsOfNew(salts, streams);
    state.putAll(added);
    salts.putAll(added);
    streams.forEach(stream -> keys.put(stream, new StreamKey(stream, salts.get(stream))));
  }

  /** The key of a stream, or null when the job does not have the stream. */
  StreamKey get(String stream) {
    return keys.get(stream);
  }
}
