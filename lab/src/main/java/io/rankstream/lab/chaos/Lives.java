package io.rankstream.lab.chaos;

import io.rankstream.lab.audit.Reconciliation;
import io.rankstream.pipeline.wire.RecordKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The lives of images: a deletion ends one, and an image that is sent again begins the next. Each
 * life that is not deleted must have embeddings, and each deletion one tombstone. The input must be
 * given before the output.
 */
final class Lives {

  /**
   * One life of an image.
   *
   * @param number deletions before it
   */
  record Life(RecordKey image, int number) {

    @Override
    public String toString() {
      String name = image.stream() + "/" + image.imageId();
      return number == 0 ? name : name + " (after deletion %d)".formatted(number);
    }
  }

  private final Reconciliation<Life> embedded = new Reconciliation<>();
  private final Map<RecordKey, Integer> deletions = new HashMap<>();
  private final Map<RecordKey, Integer> tombstones = new HashMap<>();

  /** Takes an image of the input. */
  void sent(RecordKey image) {
    embedded.expect(new Life(image, deletions.getOrDefault(image, 0)));
  }

  /** Takes a deletion of the input. */
  void deleted(RecordKey image) {
    deletions.merge(image, 1, Integer::sum);
  }

  /** Takes an embedding; returns the life that it belongs to. */
  Life embedded(RecordKey image) {
    Life life = new Life(image, tombstones.getOrDefault(image, 0));
    embedded.find(life);
    return life;
  }

  /** Takes a tombstone of the output. */
  void tombstone(RecordKey image) {
    tombstones.merge(image, 1, Integer::sum);
  }

  /** Number of images and of their lives that the input has. */
  int sent() {
    return embedded.expectedKeys();
  }

  /** Lives that go on and have no embedding. A deletion may come before the first embedding. */
  List<Life> lost() {
    return embedded.missing().stream()
        .filter(life -> life.number() == deletions.getOrDefault(life.image(), 0))
        .toList();
  }

  /** Embeddings of images that were never sent. */
  List<Life> unknown() {
    return embedded.unexpected().stream().filter(life -> life.number() == 0).toList();
  }

  /** Embeddings behind a tombstone of images that were not sent again. */
  List<Life> risen() {
    return embedded.unexpected().stream().filter(life -> life.number() > 0).toList();
  }

  /** Images with fewer tombstones than deletions. */
  List<Life> withoutTombstone() {
    return beyond(deletions, tombstones);
  }

  /** Images with more tombstones than deletions. */
  List<Life> withoutDeletion() {
    return beyond(tombstones, deletions);
  }

  private static List<Life> beyond(Map<RecordKey, Integer> more, Map<RecordKey, Integer> less) {
    List<Life> beyond = new ArrayList<>();
    more.forEach(
        (image, count) -> {
          if (count > less.getOrDefault(image, 0)) {
            beyond.add(new Life(image, 0));
          }
        });
    return beyond;
  }
}
