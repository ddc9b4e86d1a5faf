package io.rankstream.model.evaluation;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** The fading recall of a class. */
final class ClassRecall {

  private final String label;
  private final Fading fading = new Fading();
  private long results;

  ClassRecall(String label) {
    this.label = label;
  }

  /** A mean whose past fades. */
  static final class Fading {

    private double hits;
    private double weight;

    void add(double hit, double factor) {
      hits = hits * factor + hit;
      weight = weight * factor + 1;
    }

    boolean isEmpty() {
      return weight == 0;
    }

    double mean() {
      return hits / weight;
    }

    void writeTo(DataOutput out) throws IOException {
      out.writeDouble(hits);
      out.writeDouble(weight);
    }

    void readFrom(DataInput in) throws IOException {
      hits = in.readDouble();
      weight = in.readDouble();
    }
  }

  void add(double hit, double factor) {
    fading.add(hit, factor);
    results++;
  }

  String label() {
    return label;
  }

  /** Results so far, none forgotten. */
  long results() {
    return results;
  }

  /** The recall; not a number before the first result. */
  double mean() {
    return fading.mean();
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeUTF(label);
    fading.writeTo(out);
    out.writeLong(results);
  }

  static ClassRecall read(DataInput in) throws IOException {
    ClassRecall read = new ClassRecall(in.readUTF());
    read.fading.readFrom(in);
    read.results = in.readLong();
    return read;
  }
}
