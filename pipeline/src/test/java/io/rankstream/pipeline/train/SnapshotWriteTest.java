package io.rankstream.pipeline.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateCheckpointOutputStream;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.StateSnapshotContextSynchronousImpl;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The write runs in a thread of its own; latches decide when it is cancelled. */
@Timeout(60)
class SnapshotWriteTest {

  private static final int KEY_GROUP = 3;
  private static final int MAX_BYTES = 1 << 16;

  private final RecordedState state = new RecordedState();
  private final CloseableRegistry open = new CloseableRegistry();
  private SnapshotWrite write;

  @BeforeEach
  void createWrite() throws Exception {
    StateSnapshotContextSynchronousImpl context =
        new StateSnapshotContextSynchronousImpl(
            1, 1, new MemCheckpointStreamFactory(MAX_BYTES), KeyGroupRange.of(0, 7), open);
    write =
        new SnapshotWrite(
            state, context.getRawKeyedOperatorStateOutput(), context.getKeyedStateStreamFuture());
    assertThat(open.getNumberOfRegisteredCloseables()).isPositive();
  }

  @Test
  void writesTheStateClosesItAndReturnsTheHandleOfTheStream() throws Exception {
    state.finish.countDown();
    write.run();

    assertThat(state.closes).hasValue(1);
    assertNoStreamIsOpen();
    assertThat(written(write.get())).isEqualTo(RecordedState.LAST_BYTE);
  }

  @Test
  void cancelledBeforeTheWriteItClosesStateAndStreamAndNeverWrites() throws Exception {
    assertThat(write.cancel(true)).isTrue();
    write.run(); // as when an executor comes to a task that was cancelled in its queue

    assertThat(state.started.getCount()).describedAs("no write").isEqualTo(1);
    assertThat(state.closes).hasValue(1);
    assertNoStreamIsOpen();
    assertThatThrownBy(write::get).isInstanceOf(CancellationException.class);
  }

  @Test
  void cancelledDuringTheWriteTheWriterClosesTheState() throws Exception {
    Thread writer = new Thread(write, "writer");
    writer.start();
    state.started.await();

    assertThat(write.cancel(true)).isTrue();
    assertThat(state.closes).describedAs("the writer still reads the state").hasValue(0);
    assertNoStreamIsOpen();
    state.finish.countDown();
    writer.join();

    assertThat(state.closes).hasValue(1);
    assertThatThrownBy(write::get).isInstanceOf(CancellationException.class);
  }

  @Test
  void cancelledAfterTheWriteItKeepsItsResult() throws Exception {
    state.finish.countDown();
    write.run();

    assertThat(write.cancel(true)).isFalse();
    assertThat(state.closes).hasValue(1);
    assertThat(written(write.get())).isEqualTo(RecordedState.LAST_BYTE);
  }

  @Test
  void cancelledTwiceItClosesTheStateOnce() {
    write.cancel(true);
    write.cancel(true);

    assertThat(state.closes).hasValue(1);
  }

  @Test
  void aFailedWriteClosesTheStateAndItsCancellationTheStream() {
    state.failure = new IOException("No space left on device");
    write.run();

    assertThatThrownBy(write::get)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("No space left on device");
    assertThat(state.closes).hasValue(1);
    write.cancel(true); // Flink cancels all parts of a checkpoint that has failed
    assertNoStreamIsOpen();
    assertThat(state.closes).hasValue(1);
  }

  private void assertNoStreamIsOpen() {
    assertThat(open.getNumberOfRegisteredCloseables()).isZero();
  }

  private static int written(SnapshotResult<KeyedStateHandle> result) throws IOException {
    KeyGroupsStateHandle handle = (KeyGroupsStateHandle) result.getJobManagerOwnedSnapshot();
    try (FSDataInputStream in = handle.openInputStream()) {
      in.seek(handle.getOffsetForKeyGroup(KEY_GROUP));
      in.read();
      return in.read();
    }
  }

  /** Writes two bytes; between them it waits until the test lets it finish. */
  private static final class RecordedState implements SnapshotWrite.State {

    private static final int LAST_BYTE = 2;

    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch finish = new CountDownLatch(1);
    private final AtomicInteger closes = new AtomicInteger();
    private IOException failure;

    @Override
    public void write(KeyedStateCheckpointOutputStream out) throws IOException {
      if (failure != null) {
        throw failure;
      }
      out.startNewKeyGroup(KEY_GROUP);
      out.write(1);
      started.countDown();
      awaitFinish();
      out.write(LAST_BYTE);
    }

    @Override
    public void close() {
      closes.incrementAndGet();
    }

    /** Ignores interrupts, as the native code does that reads a model. */
    private void awaitFinish() {
      while (true) {
        try {
          finish.await();
          return;
        } catch (InterruptedException e) {
          // cancel(true) interrupts the writer
        }
      }
    }
  }
}
