package io.rankstream.pipeline.train;

import io.rankstream.pipeline.replica.RoundExchange;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.runtime.checkpoint.CheckpointException;
import org.apache.flink.runtime.checkpoint.CheckpointFailureReason;
import org.apache.flink.streaming.runtime.tasks.StreamTask;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;

/** Waits for the last averages, after the input of a trainer has ended. */
final class LastRounds {

  private LastRounds() {}

  /**
   * Waits in the task thread until all replicas of the subtask have their last averages.
   *
   * <p>A savepoint is not kept waiting, since the one that drains a job comes behind the end of the
   * input: it holds the replicas as they wait, and a job that goes on from it averages them.
   *
   * <p>No checkpoint can begin meanwhile. One that had begun before cannot reach a task whose input
   * has ended, and Flink keeps the averages back until it has: so the task declines it, which does
   * not count as a failure.
   *
   * @param isDone whether no batch and no average is awaited
   */
  static void await(StreamTask<?, ?> task, RoundExchange exchange, BooleanSupplier isDone)
      throws Exception {
    // The executor of the operator runs neither what a coordinator sends nor barriers, which have
    // a lower priority. Only the head of a chain may run them here, as the trainer of replicas is.
    MailboxExecutor all = task.getMailboxExecutorFactory().createExecutor(TaskMailbox.MIN_PRIORITY);
    exchange.ending();
    while (!isDone.getAsBoolean() && !exchange.isSavepointComing()) {
      long coming = exchange.comingCheckpoint();
      if (coming >= 0) {
        exchange.passed(coming);
        task.abortCheckpointOnBarrier(
            coming,
            new CheckpointException(
                CheckpointFailureReason.CHECKPOINT_DECLINED_INPUT_END_OF_STREAM));
      }
      all.yield();
    }
    exchange.ended();
  }
}
