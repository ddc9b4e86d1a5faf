package io.rankstream.pipeline.embed;

import java.io.IOException;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;

/**
 * Remembers which images arrived or were deleted since an epoch opened: what the input topic has of
 * them from before is not embedded any more, or an older picture would take the place of a newer
 * one, and a deleted image would come back. Its size goes with the traffic while the epoch is open,
 * not with the topic. The state has the key of the image.
 */
final class SinceOpening {

  private static final ValueStateDescriptor<Long> EPOCH =
      new ValueStateDescriptor<>("changed-in-epoch", Types.LONG);

  private final KeyedStateBackend<String> backend;
  private final ValueState<Long> epoch;

  SinceOpening(KeyedStateBackend<String> backend) throws Exception {
    this.backend = backend;
    this.epoch =
        backend.getPartitionedState(
            VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, EPOCH);
  }

  /** The image of the current key arrived, or was deleted, while an epoch is open. */
  void changed(long number) throws IOException {
    epoch.update(number);
  }

  /** Whether the image of the current key arrived or was deleted since an epoch opened. */
  boolean hasChanged(long number) throws IOException {
    Long last = epoch.value();
    return last != null && last == number;
  }

  /** Forgets everything of a stream whose epoch is over. */
  void clear(String stream) throws Exception {
    String prefix = stream + "\n";
    backend.applyToAllKeys(
        VoidNamespace.INSTANCE,
        VoidNamespaceSerializer.INSTANCE,
        EPOCH,
        (key, state) -> {
          if (key.startsWith(prefix)) {
            state.clear();
          }
        });
  }
}
