package io.rankstream.pipeline.tools.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/** A selection of the images of a set, which may repeat them under other ids. */
public final class DatasetView implements ImageDataset {

  private final ImageDataset whole;
  private final int size;
  private final IntUnaryOperator indexInWhole; // by index in the view
  private final IntFunction<String> idEnding; // by index in the view

  private DatasetView(
      ImageDataset whole, int size, IntUnaryOperator indexInWhole, IntFunction<String> idEnding) {
    this.whole = whole;
    this.size = size;
    this.indexInWhole = indexInWhole;
    this.idEnding = idEnding;
  }

  /**
   * The images of some classes.
   *
   * @param wanted whether a class stays, by its index
   */
  public static DatasetView ofClasses(ImageDataset whole, IntPredicate wanted) {
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < whole.size(); i++) {
      if (wanted.test(whole.classOf(i))) {
        indices.add(i);
      }
    }

    return of(whole, indices);
  }

  /**
   * Some of the images.
   *
   * @param indices indices into the whole set, in the order of the view
   */
  public static DatasetView of(ImageDataset whole, List<Integer> indices) {
    return new DatasetView(whole, indices.size(), List.copyOf(indices)::get, index -> "");
  }

  /**
   * The whole set repeated, each time under other ids, so that a small set fills a long stream.
   *
   * @param size number of images; the last repetition may be cut short
   */
  public static DatasetView repeated(ImageDataset whole, int size) {
    return new DatasetView(
        whole, size, index -> index % whole.size(), index -> "-" + index / whole.size());
  }

  @Override
  public String name() {
    return whole.name();
  }

  @Override
  public List<String> classes() {
    return whole.classes();
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int classOf(int index) {
    return whole.classOf(indexInWhole.applyAsInt(index));
  }

  @Override
  public String id(int index) {
    return whole.id(indexInWhole.applyAsInt(index)) + idEnding.apply(index);
  }

  @Override
  public LabeledExample example(int index) throws IOException {
    LabeledExample example = whole.example(indexInWhole.applyAsInt(index));
    return new LabeledExample(id(index), example.label(), example.encoded());
  }
}
