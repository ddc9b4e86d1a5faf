package io.rankstream.model;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.network.PixelTensors;
import io.rankstream.model.network.Precision;
import io.rankstream.model.network.Precisions;
import io.rankstream.model.network.Segment;
import io.rankstream.model.network.TwoHeadNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.hipparchus.stat.descriptive.rank.Median;

/**
 * Decides {@link Precision#AUTO} by measuring: a network of the same form passes over a batch of
 * noise in float32 and in bfloat16, in turn.
 */
public final class PrecisionTrial implements AutoCloseable {

  /**
   * How many times as fast bfloat16 must be. It has fewer digits, so it must be clearly faster: by
   * more than what two windows of the same work differ by.
   */
  static final double WORTHWHILE = 1.1;

  private static final Duration BUDGET = Duration.ofSeconds(4);
  private static final int MIN_ROUNDS = 3;
  private static final int MAX_ROUNDS = 15;

  private final ModelConfig config;
  private final TwoHeadNetwork network;
  private final NDManager manager;
  private final FlatWeights weights;
  private final PixelBatch images;
  private final LabelVocabulary.Preview rows;

  private PrecisionTrial(ModelConfig config, int batchSize, Device device) {
    this.config = config;
    network = new TwoHeadNetwork(config.architecture());
    manager = NDManager.newBaseManager(device, Devices.ENGINE);
    weights = new FlatWeights(network, config.seed(), new ModelBuffers(manager));
    InputSpec input = config.input();
    byte[] pixels = new byte[batchSize * input.pixelsPerImage()];
    new Random(config.seed()).nextBytes(pixels); // the cost does not depend on the content
    images = new PixelBatch(batchSize, input.channels(), input.height(), input.width(), pixels);
    int classes = Math.min(batchSize, config.architecture().maxClasses());
    rows =
        new LabelVocabulary.Preview(
            IntStream.range(0, batchSize).map(i -> i % classes).boxed().toList(), classes);
  }

  /**
   * What was decided.
   *
   * @param precisions float32 or bfloat16, each
   * @param reason one sentence for people; empty where nothing was to decide
   */
  public record Decision(Precisions precisions, String reason) {}

  /**
   * Decides what is left open. It takes some seconds, and up to a minute with a large network.
   *
   * @param config the model; its loss does not matter
   * @param batchSize images of a batch
   * @param device device of the model
   */
  public static Decision decide(ModelConfig config, int batchSize, Device device) {
    Precisions open = config.precisions();
    if (open.areDecided()) {
      return new Decision(open, "");
    }

    Optional<String> missing = Precisions.missing(device);
    if (missing.isPresent()) {
      return new Decision(
          open.decided(Precision.FLOAT32, Precision.FLOAT32),
          "The precision auto is float32: no bfloat16, since %s.".formatted(missing.get()));
    }

    try (PrecisionTrial trial = new PrecisionTrial(config, batchSize, device)) {
      return trial.decide();
    }
  }

  @Override
  public void close() {
    manager.close();
  }

  private Decision decide() {
    Precisions open = config.precisions();
    List<String> findings = new ArrayList<>();
    Precision step = open.step();
    if (step == Precision.AUTO) {
      double speedUp = speedUp(this::step);
      step = of(speedUp);
      findings.add(finding("training steps", step, speedUp));
    }
    Precision served = open.served();
    if (served == Precision.AUTO) {
      double speedUp = speedUp(this::serve);
      served = of(speedUp);
      findings.add(finding("predictions and embeddings", served, speedUp));
    }

    return new Decision(
        open.decided(step, served),
        "The precision auto is %s.".formatted(String.join(", and ", findings)));
  }

  /** A pass in a precision. */
  private interface Pass {
    void run(Precision precision);
  }

  /**
   * The time of float32 over that of bfloat16, by the median of rounds in which they take turns.
   */
  private static double speedUp(Pass pass) {
    millis(pass, Precision.FLOAT32); // the first passes prepare the native kernels
    millis(pass, Precision.BFLOAT16);
    long end = System.nanoTime() + BUDGET.toNanos();
    List<Double> ratios = new ArrayList<>();
    while (ratios.size() < MIN_ROUNDS || (ratios.size() < MAX_ROUNDS && System.nanoTime() < end)) {
      double wide = millis(pass, Precision.FLOAT32);
      ratios.add(wide / millis(pass, Precision.BFLOAT16));
    }
    return new Median().evaluate(ratios.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static double millis(Pass pass, Precision precision) {
    long start = System.nanoTime();
    pass.run(precision);
    return (System.nanoTime() - start) / 1e6;
  }

  private void step(Precision precision) {
    TrainingPass pass =
        new TrainingPass(
            config.withPrecisions(new Precisions(precision, precision)),
            network,
            weights,
            Segment.of(network.layout(), Long.MAX_VALUE),
            null,
            null);
    try (NDManager scope = manager.newSubManager()) {
      pass.of(images, rows, 0, scope).gradient().squaredNorm().getFloat();
    }
  }

  private void serve(Precision precision) {
    try (NDManager scope = manager.newSubManager()) {
      network
          .embeddings(
              weights.views(),
              network.features(
                  weights.views(),
                  new PixelTensors(config.input()).of(images, scope),
                  false,
                  precision))
          .toFloatArray();
    }
  }

  private static Precision of(double speedUp) {
    return speedUp >= WORTHWHILE ? Precision.BFLOAT16 : Precision.FLOAT32;
  }

  private static String finding(String what, Precision precision, double speedUp) {
    return String.format(
        Locale.ROOT,
        "%s for %s, where bfloat16 is %.2f times as fast as float32 here",
        precision.id(),
        what,
        speedUp);
  }
}
