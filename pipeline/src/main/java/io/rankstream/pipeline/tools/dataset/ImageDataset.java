package io.rankstream.pipeline.tools.dataset;

import java.io.IOException;
import java.util.List;

/** A set of labelled images. The bytes of an image are read on demand. */
public interface ImageDataset {

  /** Name of the set in messages and reports. */
  String name();

  /** Class names in order. */
  List<String> classes();

  /** Number of images. */
  int size();

  /** Class of an image, as an index into {@link #classes}. */
  int classOf(int index);

  /** Id of an image, unique within the set. */
  String id(int index);

  /**
   * Reads an image.
   *
   * @param index 0 to {@link #size} - 1
   * @throws IOException when it cannot be read
   */
  LabeledExample example(int index) throws IOException;
}
