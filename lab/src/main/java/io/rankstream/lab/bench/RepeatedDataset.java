package io.rankstream.lab.bench;

import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.LabeledExample;
import java.io.IOException;
import java.util.List;

/** Repeats a data set, each time under new ids, so that a small set fills a long stream. */
final class RepeatedDataset implements ImageDataset {

  private final ImageDataset original;
  private final int size;

  RepeatedDataset(ImageDataset original, int size) {
    this.original = original;
    this.size = size;
  }

  @Override
  public String name() {
    return original.name();
  }

  @Override
  public List<String> classes() {
    return original.classes();
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int classOf(int index) {
    return original.classOf(index % original.size());
  }

  @Override
  public String id(int index) {
    return "%s-%d".formatted(original.id(index % original.size()), index / original.size());
  }

  @Override
  public LabeledExample example(int index) throws IOException {
    LabeledExample example = original.example(index % original.size());
    return new LabeledExample(id(index), example.label(), example.encoded());
  }
}
