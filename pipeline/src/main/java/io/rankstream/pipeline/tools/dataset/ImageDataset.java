package io.rankstream.pipeline.tools.dataset;

import java.io.IOException;
import java.util.List;

/** A set of labelled images whose bytes are read when they are asked for. */
public interface ImageDataset {

  /** Name for people. */
  String name();

  /** Class names in order. */
  List<String> classes();

  /** Number of images. */
  int size();

  /** Class of an image, as an index into {@link #classes}. */
  int classOf(int index);

  /** Identity of an image within the set. */
  String id(int index);

  /** An image. */
  LabeledExample example(int index) throws IOException;
}
