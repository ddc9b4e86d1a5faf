package io.rankstream.pipeline.tools.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.config.JobOptions;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochsTest {

  private static final List<Integer> FIRST = IntStream.range(0, 50).boxed().toList();

  @Test
  void eachEpochHasAnOrderOfItsOwnAndTheSameSeedTheSameOrders() {
    Epochs epochs = new Epochs(3, Duration.ofHours(1));

    List<Integer> second = epochs.order(FIRST, 1, 7);

    assertThat(epochs.order(FIRST, 0, 7)).isEqualTo(FIRST);
    assertThat(second).isNotEqualTo(FIRST).containsExactlyInAnyOrderElementsOf(FIRST);
    assertThat(epochs.order(FIRST, 2, 7)).isNotEqualTo(second);
    assertThat(epochs.order(FIRST, 1, 8)).isNotEqualTo(second);
    assertThat(epochs.order(FIRST, 1, 7)).isEqualTo(second);
  }

  @Test
  void theEventTimesOfEpochsLieFurtherApartThanTheJobTakesRepeats() {
    Duration apart = Epochs.ONCE.apart();
    Epochs epochs = new Epochs(3, apart);

    assertThat(apart).isGreaterThan(JobOptions.REPEATS_WITHIN.defaultValue());
    assertThat(IntStream.range(0, 3).mapToObj(epochs::age))
        .containsExactly(apart.multipliedBy(2), apart, Duration.ZERO);
    assertThat(Epochs.ONCE.age(0)).isZero();
  }

  @Test
  void aFeedEndsAtItsLimitOrWithItsLastEpoch() {
    Epochs epochs = new Epochs(1_000_000, Duration.ofHours(1));

    assertThat(new FeedPlan("t", "s", 0, 0, 0, epochs, 70).images(50)).isEqualTo(70);
    assertThat(new FeedPlan("t", "s", 0, 0, 0, epochs, Integer.MAX_VALUE).images(5_000))
        .isEqualTo(Integer.MAX_VALUE);
    assertThat(new FeedPlan("t", "s", 0, 0, 0).images(50)).isEqualTo(50);
  }

  @Test
  void refusesWhatIsNoNumberOfEpochs() {
    assertThatThrownBy(() -> new Epochs(0, Duration.ofHours(1)))
        .hasMessage("Invalid epochs: 0 (must be at least 1)");
    assertThatThrownBy(() -> new Epochs(2, Duration.ZERO))
        .hasMessageContaining("Invalid epoch-gap: ")
        .hasMessageContaining("(must be longer than 0 s)");
  }
}
