package io.rankstream.pipeline.tools.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Some of the images of a set, in an order of their own, with ids that may get an ending. */
public final class DatasetView implements ImageDataset {

  private final ImageDataset whole;
  private final List<Integer> indices;
  private final String idEnding;

  private DatasetView(ImageDataset whole, List<Integer> indices, String idEnding) {
    this.whole = whole;
    this.indices = indices;
    this.idEnding = idEnding;
  }

  /**
   * The images of some classes.
   *
   * @param wanted tells which classes stay, by index
   */
  public static DatasetView ofClasses(ImageDataset whole, IntPredicate wanted) {
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < whole.size(); i++) {
      if (wanted.test(whole.classOf(i))) {
        indices.add(i);
      }
    }

    return new DatasetView(whole, indices, "");
  }

  /**
   * The whole set with other ids, so that its images are others when they are sent again.
   *
   * @param idEnding what follows each id
   */
  public static DatasetView again(ImageDataset whole, String idEnding) {
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < whole.size(); i++) {
      indices.add(i);
    }

    return new DatasetView(whole, indices, idEnding);
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
    return indices.size();
  }

  @Override
  public int classOf(int index) {
    return whole.classOf(indices.get(index));
  }

  @Override
  public String id(int index) {
    return whole.id(indices.get(index)) + idEnding;
  }

  @Override
  public LabeledExample example(int index) throws IOException {
    LabeledExample example = whole.example(indices.get(index));
    return new LabeledExample(example.id() + idEnding, example.label(), example.encoded());
  }
}
