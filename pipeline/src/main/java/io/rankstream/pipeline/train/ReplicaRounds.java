package io.rankstream.pipeline.train;

import io.rankstream.model.OneShotThread;
import io.rankstream.model.ReplicaWeights;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.replica.Average;
import io.rankstream.pipeline.replica.RoundExchange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.streaming.runtime.tasks.StreamTask;
import org.apache.flink.util.function.ThrowingRunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas of this subtask in their rounds: holds back the batches of a replica that waits, and
 * gives averages to it. Called in the task thread; models change in the training thread, inside the
 * gate.
 *
 * <p>A replica waits from the moment when its last batch of the round is on its way to the training
 * thread. Its input is read on: a wait that stops reading would keep barriers back, and Flink keeps
 * averages back until the barrier has passed.
 */
final class ReplicaRounds implements RoundExchange.Replicas {

  private static final Logger LOG = LoggerFactory.getLogger(ReplicaRounds.class);

  private final RoundExchange exchange; // null where models have no replicas
  private final StepGate gate;
  private final Map<StreamKey, StreamModel> models;
  private final BatchesInFlight inFlight;
  private final CapturePublishers publishers;
  private final Consumer<Runnable> trainingThread;
  private final Consumer<ThrowingRunnable<Exception>> taskThread;
  private final Consumer<MicroBatch> train;
  private final Set<StreamKey> waiting = new HashSet<>();
  private int inTraining;

  /**
   * @param exchange the way to the other subtasks; null where models have no replicas
   * @param models by key; only used inside the gate
   * @param trainingThread runs work in the training thread
   * @param taskThread runs an action in the task thread, later
   * @param train trains on a batch
   */
  ReplicaRounds(
      RoundExchange exchange,
      StepGate gate,
      Map<StreamKey, StreamModel> models,
      BatchesInFlight inFlight,
      CapturePublishers publishers,
      Consumer<Runnable> trainingThread,
      Consumer<ThrowingRunnable<Exception>> taskThread,
      Consumer<MicroBatch> train) {
    this.exchange = exchange;
    this.gate = gate;
    this.models = models;
    this.inFlight = inFlight;
    this.publishers = publishers;
    this.trainingThread = trainingThread;
    this.taskThread = taskThread;
    this.train = train;
  }

  /**
   * Goes on from a restored state: replicas that waited hand in again, then batches are trained.
   */
  void resume() throws Exception {
    if (exchange != null) {
      for (Map.Entry<StreamKey, StreamModel> each : models.entrySet()) {
        RoundMember member = each.getValue().rounds();
        if (member.position().isWaiting()) {
          waiting.add(each.getKey());
          handIn(each.getKey().stream(), OneShotThread.call(member::contribution));
        }
      }
    }
    List.copyOf(inFlight).forEach(this::offer);
  }

  /** Trains on a batch, now or when its replica has the average that it waits for. */
  void offer(MicroBatch batch) {
    if (!isWaiting(batch.modelKey())) {
      if (exchange != null && batch.endsRound()) {
        waiting.add(batch.modelKey());
      }
      inTraining++;
      train.accept(batch);
    }
  }

  /** Whether a replica takes no batch before it has an average. */
  private boolean isWaiting(StreamKey key) {
    return waiting.contains(key);
  }

  /**
   * Whether the input has to wait for a step of a model.
   *
   * <p>The window of replicas is a task of its own: where the network has no room for the whole
   * batch that it sends, it takes no barrier before this task reads on.
   */
  boolean holdsInput(StreamKey key) {
    return inFlight.isOver(key)
        && !isWaiting(key)
        && !(exchange != null && exchange.isBarrierLate() && inFlight.hasReserve(key));
  }

  /** A batch is finished: the last one of a round is handed in. */
  void finished(StepResult result) {
    inTraining--;
    if (result.contribution() != null) {
      handIn(result.batch().stream(), result.contribution());
    } else if (result.batch().endsRound()) { // of a stream that the job does not have any more
      goOn(result.batch().modelKey());
    }
  }

  /** Waits in the task thread for the last batches and averages, after the input has ended. */
  void awaitLast(StreamTask<?, ?> task, MailboxExecutor mailbox) throws Exception {
    if (exchange != null) {
      LastRounds.await(task, exchange, () -> inFlight.isEmpty() && waiting.isEmpty());
    }
    while (inTraining > 0) { // others wait for an average: a savepoint comes first
      mailbox.yield();
    }
  }

  /** The subtask has taken its part of a checkpoint, or the checkpoint has failed. */
  void passed(long checkpoint) {
    if (exchange != null) {
      exchange.passed(checkpoint);
    }
  }

  @Override
  public void adopt(Average average, ReplicaWeights weights) {
    trainingThread.accept(
        () -> {
          List<Adopted> adopted = new ArrayList<>();
          try (weights) {
            gate.inside(() -> adopt(average, weights, adopted));
          } catch (Exception | Error e) {
            taskThread.accept(
                () -> {
                  throw new IllegalStateException("An average cannot be taken over", e);
                });
            return;
          }
          taskThread.accept(() -> adopted.forEach(each -> adopted(average, each)));
        });
  }

  private void adopt(Average average, ReplicaWeights weights, List<Adopted> adopted)
      throws Exception {
    for (Map.Entry<StreamKey, StreamModel> each : List.copyOf(models.entrySet())) {
      RoundMember member = each.getValue().rounds();
      RoundPosition position = member.position();
      if (each.getKey().stream().equals(average.stream())
          && position.isWaiting()
          && position.round() == average.round()) {
        adopted.add(member.adopt(average, weights, each.getKey()));
        if (position.replica() >= average.next()) {
          models.remove(each.getKey()).close();
          LOG.info(
              "Replica {} of stream {} has left, its weights are in the average",
              position.replica(),
              average.stream());
        }
      }
    }
  }

  private void adopted(Average average, Adopted adopted) {
    adopted.member().resumeWithAverage(publishers); // replica 0, which never leaves
    publishers.offer(adopted.captures());
    exchange.adopted(average, adopted.replica(), adopted.divergence());
    goOn(adopted.key());
  }

  private void handIn(String stream, Contribution contribution) {
    exchange.handIn(
        stream,
        contribution.round(),
        contribution.replica(),
        contribution.share(),
        contribution.weights());
  }

  /** Trains on the batches that came while the replica waited. */
  private void goOn(StreamKey key) {
    waiting.remove(key);
    inFlight.of(key).forEach(this::offer);
  }
}
