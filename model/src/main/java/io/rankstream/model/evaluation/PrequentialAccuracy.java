package io.rankstream.model.evaluation;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Comparator;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Test-then-train accuracy with a fading factor: each image is predicted before the model trains on
 * it, and old results count less and less.
 *
 * <p>Micro is over all images. Macro is the mean over classes of a recall that fades with the
 * images of its own class, so that a rare class is neither forgotten nor outweighed. The same
 * figures exist over a sliding window of the last results.
 *
 * @see <a href="https://doi.org/10.1007/s10994-012-5320-9">Gama et al. 2013, On evaluating stream
 *     learning algorithms</a>
 */
public final class PrequentialAccuracy {

  private final double fadingFactor;
  private final Fading all = new Fading();
  private final SortedMap<String, Fading> classes = new TreeMap<>();
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
    classes.computeIfAbsent(actual, label -> new Fading()).add(hit, fadingFactor);
    window.add(actual, hit == 1);
  }

  /** Share of correct predictions; empty before the first. */
  public OptionalDouble micro() {
    return all.weight == 0 ? OptionalDouble.empty() : OptionalDouble.of(all.mean());
  }

  /** Mean recall over the classes; empty before the first. */
  public OptionalDouble macro() {
    return classes.values().stream().mapToDouble(Fading::mean).average();
  }

  /** Recall of each class by label. */
  public SortedMap<String, Double> recalls() {
    SortedMap<String, Double> recalls = new TreeMap<>();
    classes.forEach((label, fading) -> recalls.put(label, fading.mean()));
    return recalls;
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
    return byImages(Comparator.comparingLong((Fading fading) -> fading.results).reversed());
  }

  /** Mean recall of the third of the classes with the fewest images; empty below three classes. */
  public OptionalDouble tailRecall() {
    return byImages(Comparator.comparingLong(fading -> fading.results));
  }

  private OptionalDouble byImages(Comparator<Fading> order) {
    return classes.values().stream()
        .sorted(order)
        .limit(classes.size() / 3)
        .mapToDouble(Fading::mean)
        .average();
  }

  /** Writes the state in the form that {@link #readFrom} reads. */
  public void writeTo(DataOutput out) throws IOException {
    all.writeTo(out);
    out.writeInt(classes.size());
    for (Map.Entry<String, Fading> entry : classes.entrySet()) {
      out.writeUTF(entry.getKey());
      entry.getValue().writeTo(out);
    }
    window.writeTo(out);
  }

  /** Reads the state that {@link #writeTo} wrote, into an accuracy without results. */
  public void readFrom(DataInput in) throws IOException {
    all.readFrom(in);
    for (int count = in.readInt(); count > 0; count--) {
      Fading fading = new Fading();
      String label = in.readUTF();
      fading.readFrom(in);
      classes.put(label, fading);
    }
    window.readFrom(in);
  }

  /** A mean whose past fades. */
  private static final class Fading {

    private double hits;
    private double weight;
    private long results;

    void add(double hit, double factor) {
      hits = hits * factor + hit;
      weight = weight * factor + 1;
      results++;
    }

    double mean() {
      return hits / weight;
    }

    void writeTo(DataOutput out) throws IOException {
      out.writeDouble(hits);
      out.writeDouble(weight);
      out.writeLong(results);
    }

    void readFrom(DataInput in) throws IOException {
      hits = in.readDouble();
      weight = in.readDouble();
      results = in.readLong();
    }
  }
}
