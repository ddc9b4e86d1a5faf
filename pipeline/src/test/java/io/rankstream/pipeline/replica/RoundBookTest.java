package io.rankstream.pipeline.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundBookTest {

  private final Recorded actions = new Recorded();
  private final RoundBook book = new RoundBook(actions);

  /** What the book let happen, as text. */
  private static final class Recorded implements RoundBook.Actions {

    private final List<String> all = new ArrayList<>();

    @Override
    public void announce(int subtask, Average average) {
      all.add("average %d to %d".formatted(average.round(), subtask));
    }

    @Override
    public void begin(long checkpoint) {
      all.add("begin " + checkpoint);
    }

    @Override
    public void refuse(long checkpoint, String why) {
      all.add("refuse " + checkpoint);
    }

    @Override
    public void finished(Average average) {
      all.add("delete " + average.round());
    }

    @Override
    public void dropped(List<HandIn> handIns) {
      all.add("drop %d files".formatted(handIns.size()));
    }

    private List<String> next() {
      List<String> next = List.copyOf(all);
      all.clear();
      return next;
    }
  }

  @Test
  void announcesWhenAllHaveHandedInAndAreReady() {
    book.ready(0);
    book.handIn(0, RoundSimulation.handIn(3, 0, 2, 2));
    book.handIn(1, RoundSimulation.handIn(3, 1, 2, 2));
    assertThat(actions.next()).isEmpty();

    book.ready(1);

    assertThat(actions.next()).containsExactly("average 3 to 0", "average 3 to 1");
  }

  @Test
  void newReplicasAreWaitedForAndGetTheAverage() {
    book.ready(0);
    book.handIn(0, RoundSimulation.handIn(3, 0, 1, 2));
    assertThat(actions.next()).isEmpty();

    book.handIn(0, RoundSimulation.handIn(3, 1, 1, 2));

    assertThat(actions.next()).containsExactly("average 3 to 0");
  }

  @Test
  void aCheckpointBeginsWhenAnAverageOnItsWayHasCome() {
    announced();

    book.checkpoint(7);
    book.applied(new Applied("s", 0, 0));
    assertThat(actions.next()).isEmpty();

    book.applied(new Applied("s", 0, 1));
    assertThat(actions.next()).containsExactly("delete 0", "begin 7");
  }

  @Test
  void aLateCopyOfAHandInDoesNotOpenARoundAgain() {
    announced();
    book.applied(new Applied("s", 0, 0));
    book.applied(new Applied("s", 0, 1));
    actions.next();

    book.handIn(0, RoundSimulation.handIn(0, 0, 2, 2));
    book.handIn(1, RoundSimulation.handIn(0, 1, 2, 2));
    book.checkpoint(8);

    assertThat(actions.next()).containsExactly("begin 8");
  }

  @Test
  void whatWasNotAppliedIsAnnouncedAgain() {
    announced();
    book.applied(new Applied("s", 0, 0));

    book.repeat();

    assertThat(actions.next()).containsExactly("average 0 to 1");
  }

  @Test
  void noCheckpointBeginsWhileATaskEnds() {
    announced();
    book.ending(1, true);
    book.applied(new Applied("s", 0, 0));
    book.applied(new Applied("s", 0, 1));
    book.checkpoint(7);
    // the next round goes on all the same
    book.handIn(0, RoundSimulation.handIn(1, 0, 2, 2));
    book.handIn(1, RoundSimulation.handIn(1, 1, 2, 2));
    assertThat(actions.next()).containsExactly("delete 0", "average 1 to 0", "average 1 to 1");

    book.applied(new Applied("s", 1, 0));
    book.applied(new Applied("s", 1, 1));
    book.ending(1, false);

    assertThat(actions.next()).containsExactly("delete 1", "begin 7");
  }

  @Test
  void afterAFailureCheckpointsAreRefusedAndRoundsForgotten() {
    announced();
    book.checkpoint(7);

    book.lost(1);
    assertThat(actions.next()).containsExactly("drop 2 files", "refuse 7");

    book.repeat();
    book.checkpoint(8);
    assertThat(actions.next()).containsExactly("begin 8");
  }

  /** Replicas, subtasks, checkpoints and failures in any order, over a network that loses. */
  @ParameterizedTest
  @ValueSource(
      longs = {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24
      })
  void everyReplicaTakesEveryRoundOnceWithTheSameAverage(long seed) {
    RoundSimulation simulation = new RoundSimulation(seed);

    simulation.run();

    assertThat(simulation.histories())
        .hasSize(simulation.replicasAtTheEnd())
        .contains(simulation.expected()) // of the first replica
        .allSatisfy(history -> assertThat(simulation.expected()).endsWith(history))
        .noneMatch(String::isEmpty);
    assertThat(simulation.failures()).isPositive();
    assertThat(simulation.checkpoints()).isPositive();
  }

  private void announced() {
    book.ready(0);
    book.ready(1);
    book.handIn(0, RoundSimulation.handIn(0, 0, 2, 2));
    book.handIn(1, RoundSimulation.handIn(0, 1, 2, 2));
    assertThat(actions.next()).containsExactly("average 0 to 0", "average 0 to 1");
  }
}
