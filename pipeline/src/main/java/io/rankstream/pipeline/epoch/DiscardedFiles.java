package io.rankstream.pipeline.epoch;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Files that may go when the next checkpoint is complete: nothing restored needs them any more. */
final class DiscardedFiles {

  private final List<String> sinceBarrier = new ArrayList<>();
  private final TreeMap<Long, List<String>> byCheckpoint = new TreeMap<>();

  void add(String file) {
    sinceBarrier.add(file);
  }

  void barrier(long checkpoint) {
    if (!sinceBarrier.isEmpty()) {
      byCheckpoint.put(checkpoint, List.copyOf(sinceBarrier));
      sinceBarrier.clear();
    }
  }

  /** The files that a complete checkpoint does not need. */
  List<String> completed(long checkpoint) {
    List<String> files = new ArrayList<>();
    byCheckpoint.headMap(checkpoint, true).values().forEach(files::addAll);
    byCheckpoint.headMap(checkpoint, true).clear();
    return files;
  }
}
