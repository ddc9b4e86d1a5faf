package io.rankstream.pipeline.window;

import static org.apache.flink.runtime.state.KeyGroupRangeAssignment.computeKeyGroupForKeyHash;

import io.rankstream.pipeline.event.StreamKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The keys of the replicas of a stream's model. Replica 0 has the key of the stream, so a model
 * that gets replicas, or loses them, stays where it is. The others lie between: each further
 * replica halves the widest gap between the key groups of those before. A power of two of replicas
 * is therefore spread evenly over a power of two of subtasks, and a replica keeps its key when
 * their number changes.
 */
final class ReplicaKeys {

  private static final int BITS = 6;

  private final int keyGroups;
  private final int replicas;
  private final Map<StreamKey, List<StreamKey>> known = new HashMap<>();

  /**
   * @param keyGroups number of key groups: the maximum parallelism of the job
   * @param replicas largest number of replicas, at most 64
   */
  ReplicaKeys(int keyGroups, int replicas) {
    this.keyGroups = keyGroups;
    this.replicas = replicas;
  }

  /** The key of a replica of a stream's model. */
  StreamKey of(StreamKey stream, int replica) {
    return known.computeIfAbsent(stream, this::keys).get(replica);
  }

  private List<StreamKey> keys(StreamKey stream) {
    int base = computeKeyGroupForKeyHash(stream.salt(), keyGroups);
    Set<Integer> taken = new HashSet<>(Set.of(stream.salt()));
    return IntStream.range(0, replicas)
        .mapToObj(
            replica ->
                replica == 0
                    ? stream
                    : new StreamKey(
                        stream.stream(), salt((base + distance(replica)) % keyGroups, taken)))
        .toList();
  }

  /** The bits of the number in reverse, as a part of the key groups: 1/2, 1/4, 3/4, 1/8, … */
  private int distance(int replica) {
    int reversed = Integer.reverse(replica) >>> (Integer.SIZE - BITS);
    return (int) (((long) reversed * keyGroups) >> BITS);
  }

  private int salt(int group, Set<Integer> taken) {
    int salt = 0;
    while (computeKeyGroupForKeyHash(salt, keyGroups) != group || !taken.add(salt)) {
      salt++;
    }
    return salt;
  }
}
