package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.rankstream.model.step.StepOutcome;
import io.rankstream.model.step.StepReport;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The figures of a step as scalars on the device. One read brings all of them to the host. */
final class StepFigures {

  /** A figure of a step. */
  enum Figure {
    /** Total loss. */
    LOSS,
    /** Mean cross-entropy. */
    CLASSIFICATION_LOSS,
    /** Ranking loss, not multiplied by λ. */
    RANKING_LOSS,
    /** Triplets with a loss above zero. */
    ACTIVE_TRIPLETS,
    /** Triplets mined. */
    TRIPLETS,
    /** Squared Euclidean norm of the gradient. */
    SQUARED_GRADIENT_NORM,
    /** Squared length of the mean embedding; only with a ranking loss. */
    SQUARED_MEAN_EMBEDDING
  }

  private final Map<Figure, NDArray> scalars = new EnumMap<>(Figure.class);

  void put(Figure figure, NDArray scalar) {
    scalars.put(figure, scalar);
  }

  /**
   * Reads the figures: waits until the device has computed them.
   *
   * @param step number of the step, from 1
   * @return the report of the step if it is taken
   */
  StepReport report(long step, double learningRate) {
    Map<Figure, Float> values = read();
    Float squaredMean = values.get(Figure.SQUARED_MEAN_EMBEDDING);
    return new StepReport(
        step,
        values.get(Figure.LOSS),
        values.get(Figure.CLASSIFICATION_LOSS),
        values.get(Figure.RANKING_LOSS),
        values.get(Figure.ACTIVE_TRIPLETS).intValue(),
        values.get(Figure.TRIPLETS).intValue(),
        Math.sqrt(values.get(Figure.SQUARED_GRADIENT_NORM)),
        learningRate,
        squaredMean == null
            ? OptionalDouble.empty()
            : OptionalDouble.of(1 - squaredMean), // of vectors of unit length
        StepOutcome.TAKEN,
        Optional.empty());
  }

  private Map<Figure, Float> read() {
    float[] stacked = NDArrays.stack(new NDList(scalars.values())).toFloatArray();
    Map<Figure, Float> values = new EnumMap<>(Figure.class);
    int next = 0;
    for (Figure figure : scalars.keySet()) {
      values.put(figure, stacked[next]);
      next++;
    }

    return values;
  }
}
