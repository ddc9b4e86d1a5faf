package io.rankstream.pipeline.train;

import java.util.concurrent.CancellationException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.runtime.state.KeyedStateCheckpointOutputStream;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.util.concurrent.FutureUtils;

/**
 * The asynchronous part of the trainer's checkpoint: writes what was captured, then lets Flink
 * close the stream. The operator goes on meanwhile.
 */
final class StateWrite extends FutureTask<SnapshotResult<KeyedStateHandle>> {

  private final CapturedState state;
  private final RunnableFuture<SnapshotResult<KeyedStateHandle>> closing;
  private final AtomicBoolean owned; // by whoever closes the state: the write, or who cancels it

  /**
   * @param state closed when it is written, or when the write is cancelled before it starts
   * @param out raw keyed state output of the checkpoint
   * @param closing Flink's future that closes the output
   */
  StateWrite(
      CapturedState state,
      KeyedStateCheckpointOutputStream out,
      RunnableFuture<SnapshotResult<KeyedStateHandle>> closing) {
    this(state, out, closing, new AtomicBoolean());
  }

  private StateWrite(
      CapturedState state,
      KeyedStateCheckpointOutputStream out,
      RunnableFuture<SnapshotResult<KeyedStateHandle>> closing,
      AtomicBoolean owned) {
    super(
        () -> {
          if (!owned.compareAndSet(false, true)) {
            throw new CancellationException();
          }
          try (state) {
            state.writeTo(out);
          }
          return FutureUtils.runIfNotDoneAndGet(closing);
        });
    this.state = state;
    this.closing = closing;
    this.owned = owned;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    closing.cancel(mayInterruptIfRunning);
    if (owned.compareAndSet(false, true)) {
      state.close();
    }

    return cancelled;
  }
}
