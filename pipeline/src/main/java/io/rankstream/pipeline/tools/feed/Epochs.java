package io.rankstream.pipeline.tools.feed;

import io.rankstream.pipeline.config.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * How often a set is sent. An image keeps its id, and a job would pass over its second time as a
 * repeat. So the event times of two epochs lie further apart than {@code repeats.within}: those of
 * the last epoch are the present, those of earlier ones lie in the past, since a job takes no event
 * time from after the record was sent.
 *
 * @param count times that the set is sent, at least 1
 * @param apart time between the event times of an epoch and those of the next
 */
public record Epochs(int count, Duration apart) {

  /** A set that is sent once, at the present time. */
  public static final Epochs ONCE = new Epochs(1, Duration.ofHours(1));

  public Epochs {
    Rule.atLeast(1).require("epochs", count);
    Rule.that((Duration each) -> each.compareTo(Duration.ZERO) > 0, "longer than 0 s")
        .require("epoch-gap", apart);
  }

  /** How far the event times of an epoch lie in the past. */
  Duration age(int epoch) {
    return apart.multipliedBy(count - 1L - epoch);
  }

  /**
   * The order of an epoch: the first one's own, and another for each of the others.
   *
   * @param first order of the first epoch
   * @param seed seed of the orders
   */
  List<Integer> order(List<Integer> first, int epoch, long seed) {
    if (epoch == 0) {
      return first;
    }

    List<Integer> order = new ArrayList<>(first);
    Collections.shuffle(order, new Random(seed * 1_000_003 + epoch));
    return order;
  }
}
