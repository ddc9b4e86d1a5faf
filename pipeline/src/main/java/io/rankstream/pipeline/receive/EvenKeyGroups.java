package io.rankstream.pipeline.receive;

import static org.apache.flink.runtime.state.KeyGroupRangeAssignment.computeKeyGroupForKeyHash;
import static org.apache.flink.runtime.state.KeyGroupRangeAssignment.computeOperatorIndexForKeyGroup;

import java.util.Collection;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Chooses the key groups of streams, so that the subtasks behind have equally many streams. The
 * choice depends on its arguments alone: all subtasks of the receiver come to the same.
 *
 * <p>The first streams of a job are spread over all key groups: stream i of n gets group ⌈i · m /
 * n⌉ of m, which is even at most parallelisms (⌊ ⌋ where n is above m). A stream that is added
 * later goes to the subtask with the fewest streams, into the key group that is farthest from those
 * in use.
 */
final class EvenKeyGroups {

  private final int keyGroups;
  private final int parallelism;

  /**
   * @param keyGroups number of key groups: the maximum parallelism of the job
   * @param parallelism subtasks of window and trainer now
   */
  EvenKeyGroups(int keyGroups, int parallelism) {
    this.keyGroups = keyGroups;
    this.parallelism = parallelism;
  }

  /**
   * Salts for streams that have none.
   *
   * @param kept salts of all streams that the job ever had; not changed
   * @param streams streams that the job has now
   * @return the salts of the streams without one
   */
  Map<String, Integer> saltsOfNew(Map<String, Integer> kept, Collection<String> streams) {
    SortedSet<String> added = new TreeSet<>(streams);
    added.removeAll(kept.keySet());
    int[] used = new int[keyGroups]; // streams that the job has now
    for (String stream : streams) {
      if (kept.containsKey(stream)) {
        used[computeKeyGroupForKeyHash(kept.get(stream), keyGroups)]++;
      }
    }

    boolean isFirst = added.size() == new TreeSet<>(streams).size();
    Map<String, Integer> salts = new TreeMap<>();
    for (String stream : added) {
      int group = isFirst ? spread(salts.size(), added.size()) : emptiest(used);
      used[group]++;
      salts.put(stream, salt(group));
    }
    return salts;
  }

  private int spread(int index, int count) {
    long position = (long) index * keyGroups;
    return (int) (count > keyGroups ? position / count : (position + count - 1) / count);
  }

  private int emptiest(int[] used) {
    int[] load = new int[parallelism];
    for (int group = 0; group < keyGroups; group++) {
      load[subtask(group)] += used[group];
    }

    int[] distance = distances(used);
    int best = 0;
    for (int group = 1; group < keyGroups; group++) {
      int order = Integer.compare(load[subtask(best)], load[subtask(group)]);
      order = order == 0 ? Integer.compare(used[best], used[group]) : order;
      order = order == 0 ? Integer.compare(distance[group], distance[best]) : order;
      best = order > 0 ? group : best;
    }
    return best;
  }

  /** The distance of each key group to the nearest one in use. */
  private int[] distances(int[] used) {
    int[] distances = new int[keyGroups];
    int behind = keyGroups;
    int ahead = keyGroups;
    for (int group = 0; group < keyGroups; group++) {
      behind = used[group] > 0 ? 0 : behind + 1;
      distances[group] = behind;
    }
    for (int group = keyGroups - 1; group >= 0; group--) {
      ahead = used[group] > 0 ? 0 : ahead + 1;
      distances[group] = Math.min(distances[group], ahead);
    }
    return distances;
  }

  private int subtask(int group) {
    return computeOperatorIndexForKeyGroup(keyGroups, parallelism, group);
  }

  /** The first salt whose key group it is; about as many tries as there are key groups. */
  private int salt(int group) {
    int salt = 0;
    while (computeKeyGroupForKeyHash(salt, keyGroups) != group) {
      salt++;
    }
    return salt;
  }
}
