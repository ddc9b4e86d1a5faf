package io.rankstream.pipeline.tools.watch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.schemas.ReplicaRound;
import io.rankstream.schemas.TrainingMetrics;
import java.util.TreeMap;

/** The rounds in which the replicas of a stream's model average their weights. */
final class LiveRounds {

  /** The last round of each replica; empty for a model without replicas. */
  private final TreeMap<Integer, ReplicaRound> replicas = new TreeMap<>();

  /** Adds a step. */
  void add(TrainingMetrics metrics) {
    ReplicaRound round = metrics.getRound();
    if (round == null) {
      replicas.clear();
    } else {
      replicas.put(round.getReplica(), round);
      replicas.tailMap(round.getReplicas(), true).clear(); // those that have left
    }
  }

  /**
   * Writes the newest round, the replicas and their waits for the last average in milliseconds,
   * which are null where unknown. Nothing for a model without replicas.
   */
  void writeTo(ObjectNode stream) {
    if (replicas.isEmpty()) {
      return;
    }

    ReplicaRound newest =
        replicas.values().stream()
            .max((a, b) -> Long.compare(a.getRound(), b.getRound()))
            .orElseThrow();
    ObjectNode node = stream.putObject("rounds");
    node.put("round", newest.getRound()).put("replicas", newest.getReplicas());
    ArrayNode waits = node.putArray("waitMillis");
    for (int replica = 0; replica < newest.getReplicas(); replica++) {
      ReplicaRound last = replicas.get(replica);
      waits.add(last == null ? null : last.getWaitMillis());
    }
  }
}
