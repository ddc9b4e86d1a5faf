package io.rankstream.pipeline.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommitFreshnessTest {

  private final List<Long> ages = new ArrayList<>();
  private final CommitFreshness freshness = new CommitFreshness(ages::add);

  @Test
  void anImageAgesUntilTheCheckpointBehindItIsComplete() {
    freshness.emitted(100);
    freshness.barrier(1);
    freshness.emitted(200);
    freshness.committed(1, 1000);

    assertThat(ages).containsExactly(900L);
  }

  @Test
  void aFailedCheckpointLeavesItsImagesToTheNext() {
    freshness.emitted(100);
    freshness.barrier(1);
    freshness.emitted(200);
    freshness.barrier(2);
    freshness.committed(2, 1000);
    freshness.committed(2, 5000);

    assertThat(ages).containsExactly(900L, 800L);
  }

  @Test
  void manyImagesAreSampledFromAllOfTheCheckpoint() {
    for (int time = 0; time < 10_000; time++) {
      freshness.emitted(time);
    }
    freshness.barrier(1);
    freshness.committed(1, 10_000);

    assertThat(ages).hasSize(500);
    assertThat(ages.stream().mapToLong(age -> age).average().orElseThrow())
        .isBetween(4500.0, 5500.0);
  }
}
