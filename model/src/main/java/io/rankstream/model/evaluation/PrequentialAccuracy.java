package io.rankstream.model.evaluation;

import io.rankstream.model.evaluation.ClassRecall.Fading;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Test-then-train accuracy with a fading factor: each image is predicted before the model trains on
 * it, and old results count less and less.
 *
 * <p>Micro is over all images. Macro is the mean over classes of a recall that fades with the
 * images of its own class, so that a rare class is neither forgotten nor outweighed. The same
 * figures exist over a sliding window of the last results.
 *
 * <p>All figures are kept up to date: a result costs the logarithm of the number of classes, a
 * figure costs nothing.
 *
 * @see <a href="https://doi.org/10.1007/s10994-012-5320-9">Gama et al. 2013, On evaluating stream
 *     learning algorithms</a>
 */
public final class PrequentialAccuracy {

  private final double fadingFactor;
  private final Fading all = new Fading();
  private final Map<String, ClassRecall> classes = new LinkedHashMap<>();
  private final RecallSum recalls = new RecallSum();
  private final FirstThird head =
      new FirstThird(
          Comparator.comparingLong(ClassRecall::results)
              .reversed()
              .thenComparing(ClassRecall::label));
  private final FirstThird tail =
      new FirstThird(
          Comparator.comparingLong(ClassRecall::results).thenComparing(ClassRecall::label));
  private final SlidingAccuracy window;

  /**
   * @param fadingFactor weight of the past at each new result, above 0, at most 1 (1 forgets no
   *     result)
   * @param windowSize results in the sliding window, at least 1
   */
  public PrequentialAccuracy(double fadingFactor, int windowSize) {
    if (windowSize < 1) {
      throw new IllegalArgumentException(
          "Invalid windowSize: %d (must be at least 1)".formatted(windowSize));
    }
    if (!(fadingFactor > 0 && fadingFactor <= 1)) {
      throw new IllegalArgumentException(
          "Invalid fadingFactor: %s (must be above 0, at most 1)".formatted(fadingFactor));
    }

    this.fadingFactor = fadingFactor;
    this.window = new SlidingAccuracy(windowSize);
  }

  /**
   * Counts a result.
   *
   * @param actual the label
   * @param predicted the prediction; null when the model knew no class
   */
  public void add(String actual, String predicted) {
    double hit = actual.equals(predicted) ? 1 : 0;
    all.add(hit, fadingFactor);
    ClassRecall ofClass = classes.get(actual);
    if (ofClass == null) {
      ofClass = new ClassRecall(actual);
      classes.put(actual, ofClass);
    } else {
      exclude(ofClass);
    }
    ofClass.add(hit, fadingFactor);
    include(ofClass);
    window.add(actual, hit == 1);
  }

  /** Share of correct predictions; empty before the first. */
  public OptionalDouble micro() {
    return all.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(all.mean());
  }

  /** Mean recall over the classes; empty before the first. */
  public OptionalDouble macro() {
    return recalls.mean();
  }

  /** Recall of a class; empty before its first result. */
  public OptionalDouble recall(String label) {
    ClassRecall ofClass = classes.get(label);
    return ofClass == null ? OptionalDouble.empty() : OptionalDouble.of(ofClass.mean());
  }

  /** Share of correct predictions among the last results; empty before the first. */
  public OptionalDouble windowMicro() {
    return window.micro();
  }

  /** Mean recall over the classes among the last results; empty before the first. */
  public OptionalDouble windowMacro() {
    return window.macro();
  }

  /** Mean recall of the third of the classes with the most images; empty below three classes. */
  public OptionalDouble headRecall() {
    return head.mean();
  }

  /** Mean recall of the third of the classes with the fewest images; empty below three classes. */
  public OptionalDouble tailRecall() {
    return tail.mean();
  }

  /** Writes the state in the form that {@link #readFrom} reads. */
  public void writeTo(DataOutput out) throws IOException {
    all.writeTo(out);
    out.writeInt(classes.size());
    for (ClassRecall ofClass : classes.values()) {
      ofClass.writeTo(out);
    }
    window.writeTo(out);
  }

  /** Reads the state that {@link #writeTo} wrote, into an accuracy without results. */
  public void readFrom(DataInput in) throws IOException {
    all.readFrom(in);
    for (int count = in.readInt(); count > 0; count--) {
      ClassRecall ofClass = ClassRecall.read(in);
      classes.put(ofClass.label(), ofClass);
      include(ofClass);
    }
    window.readFrom(in);
  }

  private void include(ClassRecall ofClass) {
    recalls.add(ofClass.mean());
    head.add(ofClass);
    tail.add(ofClass);
  }

  private void exclude(ClassRecall ofClass) {
    recalls.subtract(ofClass.mean());
    head.remove(ofClass);
    tail.remove(ofClass);
  }
}
