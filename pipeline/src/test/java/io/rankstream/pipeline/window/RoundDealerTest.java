package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.ReplicaConfig;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundDealerTest {

  private static final StreamKey STREAM = Fixtures.key("default");

  private final RoundCounters rounds = new RoundCounters();

  @Test
  void dealsInTurnAndEndsTheRoundAfterTheLastBatchOfEach() {
    RoundDealer dealer = dealer(2, 2);

    assertThat(deal(dealer, 0, 5)).containsExactly("r0 k0", "r0 k1", "r0 k0!", "r0 k1!", "r1 k0");
  }

  @Test
  void anEarlyEndMarksThoseWhoseLastBatchHasNotCome() {
    RoundDealer dealer = dealer(4, 2);
    deal(dealer, 0, 6); // k0 and k1 have had both of their batches

    assertThat(texts(dealer.close(STREAM, 6, rounds)))
        .containsExactly("r0 k2! mark", "r0 k3! mark");
    assertThat(dealer.close(STREAM, 6, rounds)).as("no batch since").isEmpty();
    assertThat(deal(dealer, 6, 8)).as("the turn goes on").startsWith("r1 k2", "r1 k3", "r1 k0");
  }

  @Test
  void newReplicasGetAMarkOfTheRoundBeforeTheirs() {
    rounds.end(); // as a job without replicas leaves them
    RoundDealer dealer = dealer(4, 2);

    assertThat(deal(dealer, 10, 1))
        .containsExactly("r1 k0! mark", "r1 k1! mark", "r1 k2! mark", "r1 k3! mark", "r2 k2");
  }

  @Test
  void replicasThatLeaveHandInOnce() {
    deal(dealer(4, 2), 0, 5);

    assertThat(deal(dealer(2, 2), 5, 1))
        .containsExactly("r0 k1! mark", "r0 k2! mark", "r0 k3! mark", "r1 k1");
  }

  @Test
  void aRoundKeepsItsLengthWhenTheSettingChanges() {
    deal(dealer(2, 3), 0, 4);

    assertThat(deal(dealer(2, 1), 4, 3)).containsExactly("r0 k0!", "r0 k1!", "r1 k0!");
  }

  @Test
  void aBatchBringsTheLabelsThatItsReplicaHasMissed() {
    RoundDealer dealer = dealer(4, 3);
    List<MicroBatch> dealt = new ArrayList<>();
    for (int number = 0; number < 9; number++) {
      dealt.addAll(dealer.deal(batch(number, "c" + number), rounds));
    }

    assertThat(dealt.get(0).round().earlierLabels()).isEmpty();
    assertThat(dealt.get(3).round().earlierLabels()).containsExactly("c0", "c1", "c2");
    assertThat(dealt.get(8).round().earlierLabels()).containsExactly("c5", "c6", "c7");
  }

  /** What the trainers rely on, with ends and changed settings at any place. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void eachReplicaHasOneEndInEachRoundAndNothingBehindIt(long seed) {
    Random random = new Random(seed);
    RoundCounters counters = new RoundCounters();
    Map<Integer, Long> present = new HashMap<>(); // round that a replica is in
    RoundDealer dealer = dealer(4, 3);
    List<MicroBatch> dealt = new ArrayList<>();
    for (int number = 0; number < 500; number++) {
      if (random.nextInt(12) == 0) {
        dealer = dealer(List.of(2, 4, 8).get(random.nextInt(3)), 1 + random.nextInt(4));
      }
      if (random.nextInt(9) == 0) {
        dealt.addAll(dealer.close(STREAM, number, counters));
      }
      dealt.addAll(dealer.deal(batch(number, "c"), counters));
    }
    dealt.addAll(dealer.close(STREAM, 500, counters));

    Map<Long, List<Integer>> ended = new HashMap<>();
    Map<Long, Integer> members = new HashMap<>();
    for (MicroBatch each : dealt) {
      long index = each.round().index();
      int replica = each.round().replica();
      assertThat(index).isGreaterThanOrEqualTo(present.getOrDefault(replica, 0L));
      present.put(replica, each.endsRound() ? index + 1 : index);
      members.merge(index, Math.max(each.round().replicas(), each.round().next()), Math::max);
      if (each.endsRound()) {
        ended.computeIfAbsent(index, round -> new ArrayList<>()).add(replica);
      }
    }
    long last = counters.index - 1;
    for (long index = 0; index <= last; index++) {
      assertThat(ended.get(index))
          .as("round %d", index)
          .doesNotHaveDuplicates()
          .hasSize(members.get(index));
    }
    assertThat(dealt.stream().filter(each -> !each.images().isEmpty()).map(MicroBatch::number))
        .as("every batch once, in order")
        .containsExactlyElementsOf(LongStream.range(0, 500).boxed().toList());
  }

  private List<String> deal(RoundDealer dealer, int first, int count) {
    List<MicroBatch> dealt = new ArrayList<>();
    for (int number = first; number < first + count; number++) {
      dealt.addAll(dealer.deal(batch(number, "c"), rounds));
    }
    return texts(dealt);
  }

  private static List<String> texts(List<MicroBatch> dealt) {
    return dealt.stream()
        .map(
            each ->
                "r%d k%d%s%s"
                    .formatted(
                        each.round().index(),
                        each.round().replica(),
                        each.endsRound() ? "!" : "",
                        each.images().isEmpty() ? " mark" : ""))
        .toList();
  }

  private static MicroBatch batch(long number, String label) {
    return new MicroBatch(
        STREAM, number, List.of(new BatchImage(Fixtures.image(number, label, 10), true)));
  }

  private static RoundDealer dealer(int replicas, int stepsPerRound) {
    return new RoundDealer(
        new ReplicaConfig(replicas, stepsPerRound, Duration.ofSeconds(1)),
        new ReplicaKeys(128, ReplicaConfig.MOST_REPLICAS));
  }
}
