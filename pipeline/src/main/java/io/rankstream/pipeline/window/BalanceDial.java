package io.rankstream.pipeline.window;

/**
 * Turns the balance of the batches by itself, from equal classes (0) to the traffic (1), as the
 * images of rare classes repeat. A network learns a few images by heart that it sees hundreds of
 * times; until then, equal classes are better.
 *
 * <p>The measure is how often the images of the rarest quarter of the classes were trained on, on
 * average over these images: one class with three images does not turn the dial for all. Up to
 * {@code batch.max-repeats} the dial goes to 0, at {@value #FULL_TURN} times that to 1, and between
 * them to a place by the logarithm. As it turns, rare images repeat less, so it settles. It moves
 * by at most {@value #STEP} a batch: in a young stream the rarest classes change all the time.
 *
 * <p>Its place is in the state, and it turns by counts in the ledgers alone, so a restored window
 * goes on with the same choices.
 */
final class BalanceDial {

  /** Repeats at which the dial goes to 1, in multiples of the cap. */
  static final int FULL_TURN = 8;

  /** The most that a batch turns the dial by. */
  static final double STEP = 0.005;

  private final double maxRepeats;
  private final RarestClasses rarest = new RarestClasses();

  /**
   * @param maxRepeats times that an image of a rare class is trained on before the dial turns, at
   *     least 1
   */
  BalanceDial(double maxRepeats) {
    this.maxRepeats = maxRepeats;
  }

  /** Takes note of a change of a ledger; null for a class that is not there. */
  void update(String label, ClassLedger before, ClassLedger after) {
    rarest.update(label, before, after);
  }

  /**
   * The next place of the dial.
   *
   * @param place γ of the batch before, 0 to 1
   */
  double turn(double place) {
    return Math.max(place - STEP, Math.min(place + STEP, goal()));
  }

  /** The exponent γ that the repeats ask for, 0 to 1. */
  double goal() {
    double turn = Math.log(rarest.repeats() / maxRepeats) / Math.log(FULL_TURN);
    return Math.max(0, Math.min(1, turn)); // log(0) is -infinity
  }
}
