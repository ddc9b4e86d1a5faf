package io.rankstream.pipeline.embed;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.event.VersionPointer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionFollowerTest {

  private static final String STREAM = "a";

  private final VersionFollower follower = new VersionFollower(Map.of());

  @Test
  void adoptsWhatItWasToldBeforeTheBarrierOfACompleteCheckpoint() {
    follower.tell(version(1));
    assertThat(follower.current(STREAM)).isNull();

    follower.open(1);
    follower.tell(version(2));
    assertThat(follower.isUndecided()).isTrue();
    follower.completed(1);

    assertThat(follower.isUndecided()).isFalse();
    assertThat(follower.current(STREAM)).isEqualTo(version(1));
  }

  @Test
  void keepsTheOldVersionWhenTheCheckpointIsAborted() {
    adopt(1, version(1));
    follower.tell(version(2));
    follower.open(2);
    follower.aborted(2);

    assertThat(follower.isUndecided()).isFalse();
    assertThat(follower.current(STREAM)).isEqualTo(version(1));
    follower.open(3);
    follower.completed(3);
    assertThat(follower.current(STREAM)).isEqualTo(version(2));
  }

  @Test
  void aCheckpointThatWasAbortedBeforeItsBarrierCameHoldsNothingUp() {
    adopt(1, version(1));
    follower.tell(version(2));
    follower.aborted(2);
    follower.open(2);

    assertThat(follower.isUndecided()).isFalse();
    assertThat(follower.current(STREAM)).isEqualTo(version(1));
  }

  @Test
  void aCheckpointWithoutANewVersionHoldsNothingUp() {
    adopt(1, version(1));

    follower.open(2);

    assertThat(follower.isUndecided()).isFalse();
  }

  @Test
  void needsTheOldVersionUntilTheNewOneCounts() {
    adopt(1, version(1));
    follower.tell(version(2));
    follower.open(2);
    assertThat(follower.needed()).containsExactlyInAnyOrder(version(1), version(2));
    assertThat(follower.adopted()).containsExactly(version(2));

    follower.completed(2);

    assertThat(follower.needed()).containsExactly(version(2));
  }

  @Test
  void goesOnAfterARestoreWithWhatTheCheckpointStored() {
    follower.tell(version(1));
    follower.open(1);
    follower.completed(1);
    follower.tell(version(2));

    VersionFollower restored = new VersionFollower(follower.told());

    assertThat(restored.current(STREAM)).isEqualTo(version(2));
    assertThat(restored.isUndecided()).isFalse();
  }

  /**
   * Three embedders, 400 checkpoints that complete, are aborted or are savepoints; the news of that
   * come late, or never, as Flink may lose them; failures restore the last complete one. What one
   * checkpoint commits has one version.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void whatACheckpointCommitsHasOneVersion(long seed) {
    Simulation simulation = new Simulation(seed);
    for (int i = 0; i < 400; i++) {
      simulation.checkpoint();
    }

    assertThat(simulation.mixed).isZero();
    assertThat(simulation.committed).isGreaterThan(100);
    assertThat(simulation.adoptions).isGreaterThan(20);
  }

  private void adopt(long checkpoint, VersionPointer version) {
    follower.tell(version);
    follower.open(checkpoint);
    follower.completed(checkpoint);
  }

  private static VersionPointer version(long number) {
    return new VersionPointer(STREAM, "lineage", "start", number, "file-" + number);
  }

  /** Embedders and the coordinator of their checkpoints. */
  private static final class Simulation {

    private static final int EMBEDDERS = 3;

    private final Random random;
    private final List<VersionFollower> followers = new ArrayList<>();
    private final List<List<Runnable>> news = new ArrayList<>();
    private final List<Set<VersionPointer>> uncommitted = new ArrayList<>();
    private Map<String, VersionPointer> lastComplete = new HashMap<>();
    private long lastCompleteId;
    private long id;
    private long version;
    private int mixed;
    private int committed;
    private int adoptions;

    private Simulation(long seed) {
      random = new Random(seed);
      restore();
    }

    private void restore() {
      followers.clear();
      news.clear();
      uncommitted.clear();
      for (int i = 0; i < EMBEDDERS; i++) {
        followers.add(new VersionFollower(lastComplete));
        news.add(new ArrayList<>());
        uncommitted.add(new HashSet<>());
      }
    }

    private void checkpoint() {
      id++;
      if (random.nextInt(3) > 0) {
        version++;
        followers.forEach(follower -> follower.tell(version(version)));
      }
      boolean savepoint = random.nextInt(10) == 0;
      List<Set<VersionPointer>> before = new ArrayList<>();
      for (int i = 0; i < EMBEDDERS; i++) {
        embed(i);
        // A barrier stands behind an element that is held up: so the news come before it.
        if (followers.get(i).isUndecided() && random.nextBoolean()) {
          hear(i, true);
        }
        before.add(new HashSet<>(uncommitted.get(i)));
        if (!savepoint) {
          followers.get(i).open(id);
          uncommitted.get(i).clear();
        }
      }
      Map<String, VersionPointer> told = followers.get(0).told();
      followers.forEach(follower -> assertThat(follower.told()).isEqualTo(told));
      if (savepoint) {
        return; // of a running job: nobody is told, and its sinks commit nothing
      }

      for (int i = 0; i < EMBEDDERS; i++) {
        embed(i); // while the checkpoint is undecided
      }
      boolean complete = random.nextInt(4) > 0;
      if (complete) {
        commit(before, told);
      } else {
        for (int i = 0; i < EMBEDDERS; i++) {
          uncommitted.get(i).addAll(before.get(i));
        }
      }
      announce(complete);
      for (int i = 0; i < EMBEDDERS; i++) {
        hear(i, false);
        embed(i);
      }
      if (random.nextInt(20) == 0) {
        restore();
      }
    }

    private void commit(List<Set<VersionPointer>> before, Map<String, VersionPointer> told) {
      Set<VersionPointer> versions = new HashSet<>();
      before.forEach(versions::addAll);
      committed += versions.isEmpty() ? 0 : 1;
      mixed += versions.size() > 1 ? 1 : 0;
      adoptions += told.equals(lastComplete) ? 0 : 1;
      lastComplete = told;
      lastCompleteId = id;
    }

    /** A message about a complete checkpoint may be lost; one about an aborted repairs that. */
    private void announce(boolean complete) {
      long decided = id;
      long latest = lastCompleteId;
      for (int i = 0; i < EMBEDDERS; i++) {
        VersionFollower follower = followers.get(i);
        if (!complete) {
          news.get(i)
              .add(
                  () -> {
                    follower.completed(latest);
                    follower.aborted(decided);
                  });
        } else if (random.nextInt(10) > 0) {
          news.get(i).add(() -> follower.completed(decided));
        }
      }
    }

    private void hear(int embedder, boolean all) {
      List<Runnable> waiting = news.get(embedder);
      while (!waiting.isEmpty() && (all || random.nextBoolean())) {
        waiting.remove(0).run();
      }
    }

    /** An element, unless it is held up. */
    private void embed(int embedder) {
      VersionPointer current = followers.get(embedder).current(STREAM);
      if (!followers.get(embedder).isUndecided() && current != null) {
        uncommitted.get(embedder).add(current);
      }
    }
  }
}
