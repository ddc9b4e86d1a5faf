package io.rankstream.pipeline.train;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.runtime.state.KeyedStateCheckpointOutputStream;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.util.concurrent.FutureUtils;

/**
 * The asynchronous part of the trainer's checkpoint: writes the snapshot, closes it, then lets
 * Flink close the stream. Flink runs it while the operator goes on, and may cancel it at any time.
 */
final class SnapshotWrite extends FutureTask<SnapshotResult<KeyedStateHandle>> {

  /** A snapshot that holds memory until it is closed. */
  interface State extends AutoCloseable {

    /** Writes the snapshot; leaves the stream open. */
    void write(KeyedStateCheckpointOutputStream out) throws IOException;

    @Override
    void close();
  }

  private final State state;
  private final RunnableFuture<SnapshotResult<KeyedStateHandle>> closing;

  /** Set once, by the writer or by {@link #cancel}: the one that sets it closes the state. */
  private final AtomicBoolean owned;

  /**
   * @param state closed after the write, or by a cancellation before the write starts
   * @param out raw keyed state output of the checkpoint
   * @param closing Flink's future that closes the output
   */
  SnapshotWrite(
      State state,
      KeyedStateCheckpointOutputStream out,
      RunnableFuture<SnapshotResult<KeyedStateHandle>> closing) {
    this(state, out, closing, new AtomicBoolean());
  }

  private SnapshotWrite(
      State state,
      KeyedStateCheckpointOutputStream out,
      RunnableFuture<SnapshotResult<KeyedStateHandle>> closing,
      AtomicBoolean owned) {
    super(
        () -> {
          if (!owned.compareAndSet(false, true)) {
            throw new CancellationException();
          }
          try (state) {
            state.write(out);
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
