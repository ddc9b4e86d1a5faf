package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.ReplicaConfig;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.Round;
import io.rankstream.pipeline.event.StreamKey;
import java.util.ArrayList;
import java.util.List;

/**
 * Deals the batches of a stream to the replicas of its model: R·H batches make a round, H for each.
 * The rounds are part of the data, so that each replica comes to the same weights wherever it runs
 * and whatever failed. A round that ends early has a mark for each replica that has not had all of
 * its batches.
 */
final class RoundDealer {

  private final ReplicaConfig config;
  private final ReplicaKeys keys;

  RoundDealer(ReplicaConfig config, ReplicaKeys keys) {
    this.config = config;
    this.keys = keys;
  }

  /**
   * What the trainer gets for a batch: marks where the number of replicas has changed, and the
   * batch.
   *
   * @param rounds changed
   */
  List<MicroBatch> deal(MicroBatch batch, RoundCounters rounds) {
    List<MicroBatch> dealt = new ArrayList<>(settle(batch.key(), batch.number(), rounds));
    int replicas = rounds.replicas;
    int replica = Math.floorMod(batch.number(), replicas);
    boolean ends = batch.number() - rounds.first >= (rounds.steps - 1L) * replicas;
    StreamKey key = keys.of(batch.key(), replica);
    dealt.add(
        batch.in(
            new Round(
                rounds.index,
                rounds.first,
                replica,
                replicas,
                replicas,
                ends,
                key,
                rounds.labels())));
    rounds.remember(
        batch.images().stream()
            .map(slot -> slot.image().label())
            .distinct()
            .toArray(String[]::new));
    if (batch.number() + 1 - rounds.first == (long) rounds.steps * replicas) {
      rounds.next(batch.number() + 1, replicas, config.stepsPerRound());
    }
    return dealt;
  }

  /**
   * Ends the present round where batches of it were dealt.
   *
   * @param stream key of the stream
   * @param batches batches of the stream so far
   * @param rounds changed
   * @return marks for the replicas that have not had all of their batches
   */
  List<MicroBatch> close(StreamKey stream, long batches, RoundCounters rounds) {
    return rounds.isOpen(batches) ? marks(stream, batches, rounds, rounds.replicas) : List.of();
  }

  /** Ends the round where the number of replicas has changed, so that new ones get the average. */
  private List<MicroBatch> settle(StreamKey stream, long batches, RoundCounters rounds) {
    if (rounds.replicas == config.replicas()) {
      return List.of();
    }
    if (rounds.replicas == 0) {
      if (batches == 0) {
        rounds.replicas = config.replicas();
        rounds.steps = config.stepsPerRound();
        return List.of();
      }
      rounds.replicas = 1; // the batches so far went to a model without replicas
      rounds.first = batches;
      rounds.steps = config.stepsPerRound();
    }

    return marks(stream, batches, rounds, config.replicas());
  }

  private List<MicroBatch> marks(
      StreamKey stream, long batches, RoundCounters rounds, int nextReplicas) {
    long dealt = batches - rounds.first;
    int replicas = rounds.replicas;
    long lastTurn = (rounds.steps - 1L) * replicas;
    List<MicroBatch> marks = new ArrayList<>();
    for (int replica = 0; replica < Math.max(replicas, nextReplicas); replica++) {
      long turn = lastTurn + Math.floorMod(replica - rounds.first, replicas);
      if (replica >= replicas || turn >= dealt) { // else its last batch ended the round for it
        marks.add(
            new MicroBatch(
                stream,
                batches,
                List.of(),
                new Round(
                    rounds.index,
                    rounds.first,
                    replica,
                    replicas,
                    nextReplicas,
                    true,
                    keys.of(stream, replica),
                    rounds.labels())));
      }
    }
    rounds.next(batches, nextReplicas, config.stepsPerRound());
    return marks;
  }
}
