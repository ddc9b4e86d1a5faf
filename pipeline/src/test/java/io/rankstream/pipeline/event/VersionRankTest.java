package io.rankstream.pipeline.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The three events after which step counters alone name the wrong embedding as the newest. */
class VersionRankTest {

  private static final long DAY = 86_400_000;
  private static final long NOW = 1_764_400_000_000L;
  private static final String FIRST = LineageId.born(NOW);

  @Test
  void withinALineageTheVersionDecides() {
    assertThat(new VersionRank(FIRST, 10).isNewerThan(new VersionRank(FIRST, 9))).isTrue();
    assertThat(new VersionRank(FIRST, 9).isNewerThan(new VersionRank(FIRST, 9))).isFalse();
  }

  @Test
  void aFreshStartIsNewerThanAModelThatLearntForLonger() {
    String fresh = LineageId.born(NOW + DAY);

    assertThat(new VersionRank(fresh, 1).isNewerThan(new VersionRank(FIRST, 1_000_000))).isTrue();
  }

  @Test
  void aRollbackToASavepointIsNewerThanTheAbandonedSteps() {
    String rolledBack = LineageId.after(FIRST, LineageId.born(NOW + DAY));

    assertThat(new VersionRank(rolledBack, 5_001).isNewerThan(new VersionRank(FIRST, 10_000)))
        .isTrue();
  }

  @Test
  void ofTwoForksTheOneThatStartedLastIsNewerWhateverTheOrderOfArrival() {
    String forkA = LineageId.after(FIRST, LineageId.born(NOW + DAY));
    String forkB = LineageId.after(FIRST, LineageId.born(NOW + DAY + 1));
    List<VersionRank> arrivals =
        new ArrayList<>(
            List.of(
                new VersionRank(FIRST, 6_000),
                new VersionRank(forkA, 7_000),
                new VersionRank(forkB, 6_001),
                new VersionRank(forkA, 6_500)));
    for (int seed = 0; seed < 20; seed++) {
      Collections.shuffle(arrivals, new Random(seed));
      VersionRank kept = arrivals.get(0);
      for (VersionRank arrival : arrivals) {
        kept = arrival.isNewerThan(kept) ? arrival : kept;
      }
      assertThat(kept).isEqualTo(new VersionRank(forkB, 6_001));
    }
  }

  @Test
  void recordsWithoutALineageAreOlderThanAllOthers() {
    assertThat(new VersionRank(FIRST, 1).isNewerThan(new VersionRank("", 1_000_000))).isTrue();
  }
}
