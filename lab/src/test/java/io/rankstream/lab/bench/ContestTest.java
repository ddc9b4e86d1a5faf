package io.rankstream.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContestTest {

  private final List<String> order = new ArrayList<>();

  @Test
  void measuresTheContestantsInTurnAndDoesNotCountTheWarmUp() throws Exception {
    Map<String, double[]> windows =
        new Contest().add("a", contestant("a")).add("b", contestant("b")).run(2, 3);

    assertThat(order).containsExactly("a", "b", "a", "b", "a", "b", "a", "b", "a", "b");
    assertThat(windows).containsOnlyKeys("a", "b");
    assertThat(windows.get("a")).containsExactly(5, 7, 9); // after rounds 1 and 3
    assertThat(windows.get("b")).containsExactly(6, 8, 10);
  }

  @Test
  void warmsUpForOneRoundByDefault() throws Exception {
    new Contest().add("a", contestant("a")).run(1);

    assertThat(order).hasSize(2);
  }

  @Test
  void aRateRepeatsTheWorkAtLeastOnce() throws Exception {
    double rate = Contest.rate(0, () -> order.add("work")).measure();

    assertThat(order).hasSize(1);
    assertThat(rate).isPositive();
  }

  @Test
  void millisDoTheWorkOnce() throws Exception {
    double millis = Contest.millis(() -> order.add("work")).measure();

    assertThat(order).hasSize(1);
    assertThat(millis).isNotNegative();
  }

  @Test
  void theFailureOfAContestantEndsTheContest() {
    Contest contest =
        new Contest()
            .add(
                "a",
                () -> {
                  throw new IOException("broken");
                });

    assertThatThrownBy(() -> contest.run(1)).hasMessage("broken");
  }

  /** Measures how many windows there were so far. */
  private Contest.Window contestant(String name) {
    return () -> {
      order.add(name);
      return order.size();
    };
  }
}
