package io.rankstream.pipeline.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.event.StreamKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;

class EvenKeyGroupsTest {

  private static final int KEY_GROUPS = 128;
  private static final int MOST = 64;

  @Test
  void asManyStreamsAsSubtasksUseAllOfThem() {
    List<String> tenants = List.of("tenant-1", "tenant-2", "tenant-3", "tenant-4");

    assertThat(loads(first(tenants), tenants, 4)).containsExactly(1, 1, 1, 1);
    for (int n = 1; n <= MOST; n++) {
      assertThat(loads(first(streams(n)), streams(n), n)).containsOnly(1);
    }
  }

  @Test
  void theFirstStreamsAreEvenAtNearlyAllParallelisms() {
    int uneven = 0;
    for (int n = 1; n <= MOST; n++) {
      Map<String, Integer> salts = first(streams(n));
      for (int p = 1; p <= MOST; p++) {
        int most = IntStream.of(loads(salts, streams(n), p)).max().orElseThrow();
        int fair = (n + p - 1) / p;
        assertThat(most).as("%d streams on %d subtasks", n, p).isBetween(fair, fair + 1);
        uneven += most > fair ? 1 : 0;
        if (p % n == 0 || n % p == 0) {
          assertThat(most).as("%d streams on %d subtasks", n, p).isEqualTo(fair);
        }
      }
    }
    assertThat(uneven).as("of 4,096").isEqualTo(168);
  }

  @Test
  void streamsThatAreAddedOneByOneAreEvenWhereTheyAreAdded() {
    for (int p = 1; p <= MOST; p++) {
      Map<String, Integer> salts = new TreeMap<>();
      for (int n = 1; n <= MOST; n++) {
        Map<String, Integer> before = Map.copyOf(salts);
        salts.putAll(new EvenKeyGroups(KEY_GROUPS, p).saltsOfNew(before, streams(n)));
        assertThat(salts).containsAllEntriesOf(before).hasSize(n);
        assertThat(IntStream.of(loads(salts, streams(n), p)).boxed())
            .as("%d streams on %d subtasks", n, p)
            .isSubsetOf(fair(n, p));
      }
    }
  }

  @Test
  void parallelismThatGrowsWithTheStreamsStaysEven() {
    Map<String, Integer> salts = new TreeMap<>();
    for (int n = 1; n <= 5; n++) {
      salts.putAll(new EvenKeyGroups(KEY_GROUPS, n).saltsOfNew(salts, streams(n)));
      assertThat(loads(salts, streams(n), n)).as("%d streams", n).containsOnly(1);
    }
  }

  @Test
  void anAddedStreamTakesThePlaceOfARemovedOne() {
    Map<String, Integer> salts = first(List.of("a", "b", "c", "d"));
    List<String> now = List.of("a", "c", "d", "e");
    salts.putAll(new EvenKeyGroups(KEY_GROUPS, 4).saltsOfNew(salts, now));

    assertThat(salts).containsKey("b");
    assertThat(loads(salts, now, 4)).containsExactly(1, 1, 1, 1);
  }

  @Test
  void moreStreamsThanKeyGroupsShareThem() {
    Map<String, Integer> salts = first(streams(10_000));
    assertThat(loads(salts, streams(10_000), 4)).containsOnly(2_500);

    List<String> more = streams(10_400);
    salts.putAll(new EvenKeyGroups(KEY_GROUPS, 4).saltsOfNew(salts, more));
    assertThat(loads(salts, more, 4)).containsOnly(2_600);
  }

  private static Map<String, Integer> first(Collection<String> streams) {
    return new EvenKeyGroups(KEY_GROUPS, 1).saltsOfNew(Map.of(), streams);
  }

  private static List<String> streams(int count) {
    return IntStream.range(0, count).mapToObj("stream-%05d"::formatted).toList();
  }

  private static List<Integer> fair(int streams, int parallelism) {
    return List.of(streams / parallelism, (streams + parallelism - 1) / parallelism);
  }

  /** Streams of each subtask, as Flink distributes their keys. */
  private static int[] loads(
      Map<String, Integer> salts, Collection<String> streams, int parallelism) {
    int[] loads = new int[parallelism];
    for (String stream : streams) {
      StreamKey key = new StreamKey(stream, salts.get(stream));
      loads[KeyGroupRangeAssignment.assignKeyToParallelOperator(key, KEY_GROUPS, parallelism)]++;
    }
    return loads;
  }
}
