package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.rankstream.model.network.Precision;
import io.rankstream.model.network.Precisions;
import org.junit.jupiter.api.Test;

/**
 * Which precision a machine takes is its own affair: the tests hold what is said to what is done.
 */
class PrecisionTrialTest {

  private static final int BATCH = 8;

  @Test
  void leavesWhatTheUserChose() {
    Precisions chosen = new Precisions(Precision.BFLOAT16, Precision.FLOAT32);

    PrecisionTrial.Decision decision = decide(chosen);

    assertThat(decision.precisions()).isEqualTo(chosen);
    assertThat(decision.reason()).isEmpty();
  }

  @Test
  void decidesWhatIsLeftOpenAndSaysWhy() {
    PrecisionTrial.Decision decision = decide(new Precisions(Precision.AUTO, Precision.AUTO));

    Precisions decided = decision.precisions();
    assertThat(decided.areDecided()).isTrue();
    if (Precisions.missing(Device.cpu()).isPresent()) {
      assertThat(decided).isEqualTo(Precisions.float32());
      assertThat(decision.reason()).contains(Precisions.missing(Device.cpu()).get());
    } else {
      assertThat(decision.reason())
          .startsWith("The precision auto is " + decided.step().id() + " for training steps")
          .contains(decided.served().id() + " for predictions and embeddings")
          .contains("times as fast as float32 here");
    }
  }

  @Test
  void decidesOneBesideAChosenOne() {
    Precisions decided = decide(new Precisions(Precision.FLOAT32, Precision.AUTO)).precisions();

    assertThat(decided.step()).isEqualTo(Precision.FLOAT32);
    assertThat(decided.served()).isNotEqualTo(Precision.AUTO);
  }

  private static PrecisionTrial.Decision decide(Precisions precisions) {
    return PrecisionTrial.decide(
        Batches.smallCnn().withPrecisions(precisions), BATCH, Device.cpu());
  }
}
