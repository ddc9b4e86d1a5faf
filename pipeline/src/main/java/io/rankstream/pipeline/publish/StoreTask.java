package io.rankstream.pipeline.publish;

import java.io.IOException;

/** One attempt at the store of the versions. All but {@link #run} is called in the task thread. */
interface StoreTask extends AutoCloseable {

  /** Looks at the state of the task thread, right before the work. */
  default void prepare() {}

  /** Talks to the store, in a thread that may wait for it. */
  void run() throws IOException;

  /** Takes over the result. */
  default void done() {}

  /** Decides what becomes of a failed attempt: the task is repeated, or closes itself. */
  default void failed() {}

  /** Frees what the task holds; called when it is done or dropped. */
  @Override
  default void close() {}
}
