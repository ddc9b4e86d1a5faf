package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The mixing of a batch: each image becomes a weighted mean of itself and a partner in the batch,
 * and its loss the mean, with the same weights, of the losses with the labels of both. The softmax
 * head then learns to be unsure between its classes.
 *
 * <p>One weight for a batch, and partners from the same batch, as in the authors' code. A mixed
 * image has no class that it could be a positive or a negative of, so a step that mixes takes the
 * cross-entropy alone, and the ranking loss has the other steps. Both in one step would need a
 * second pass through the network, and so nearly twice the time.
 *
 * @see <a href="https://arxiv.org/abs/1710.09412">Zhang et al. 2018, mixup: Beyond Empirical Risk
 *     Minimization</a>
 */
public final class Mixup {

  private final double weight;
  private final long[] partners;

  private Mixup(double weight, long[] partners) {
    this.weight = weight;
    this.partners = partners;
  }

  /**
   * The mixing of a step. It depends on the arguments alone, so that a step that is taken again
   * mixes alike.
   *
   * @param seed seed of the model
   * @param step number of the step
   * @param images images in the batch
   * @return empty where the step does not mix
   */
  public static Optional<Mixup> of(MixupConfig config, long seed, long step, int images) {
    if (!config.isOn()) {
      return Optional.empty();
    }

    // Scrambled twice, so that neither seeds nor steps that follow each other share their numbers.
    SplittableRandom random =
        new SplittableRandom(new SplittableRandom(seed).nextLong() + step).split();
    return random.nextDouble() < config.share()
        ? Optional.of(new Mixup(beta(config.alpha(), random), permutation(images, random)))
        : Optional.empty();
  }

  /** λ, the weight of an image itself, 0 to 1. */
  double weight() {
    return weight;
  }

  /** The partner of each image; each is the partner of one. */
  long[] partners() {
    return partners.clone();
  }

  /**
   * Each row's partner.
   *
   * @param rows {@code [N, …]}, of the images or their labels
   * @return of the same shape, attached to the manager of the rows
   */
  public NDArray partnersOf(NDArray rows) {
    return rows.get(new NDIndex("{}", rows.getManager().create(partners)));
  }

  /**
   * {@code λ · own + (1 − λ) · partners}, of images or of losses; differentiable.
   *
   * @param own images or a loss, the owner of the arrays that are made
   * @param partners those of the partners, of the same shape
   */
  public NDArray mixed(NDArray own, NDArray partners) {
    NDManager manager = own.getManager();
    NDArray mine = manager.create(weight).toType(own.getDataType(), false);
    NDArray theirs = manager.create(1 - weight).toType(own.getDataType(), false);
    return own.mul(mine).add(partners.mul(theirs));
  }

  /** Beta(α, α) by rejection (Jöhnk 1964); at most 70 draws on average for α up to 4. */
  private static double beta(double alpha, SplittableRandom random) {
    while (true) {
      double x = power(random, 1 / alpha);
      double y = power(random, 1 / alpha);
      if (x + y <= 1) {
        return x / (x + y);
      }
    }
  }

  /** StrictMath, since other roundings on another processor would give other weights. */
  private static double power(SplittableRandom random, double exponent) {
    return StrictMath.pow(1 - random.nextDouble(), exponent); // of a number above 0
  }

  private static long[] permutation(int count, SplittableRandom random) {
    long[] order = new long[count];
    for (int i = 0; i < count; i++) {
      int place = random.nextInt(i + 1);
      order[i] = order[place];
      order[place] = i;
    }

    return order;
  }
}
