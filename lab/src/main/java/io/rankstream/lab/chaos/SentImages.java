package io.rankstream.lab.chaos;

import io.rankstream.lab.audit.Origin;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.EpochMark;
import io.rankstream.schemas.SweptPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the input topic has of one stream. All records of an image are in one partition, given in
 * their order.
 */
final class SentImages {

  /** A record of an image: the image, or its deletion. */
  private record Sent(Origin origin, boolean isDeletion) {}

  private final Map<RecordKey, List<Sent>> images = new HashMap<>();
  private final List<Origin> damaged = new ArrayList<>();

  void sent(Origin origin, RecordKey image) {
    images.computeIfAbsent(image, key -> new ArrayList<>()).add(new Sent(origin, false));
  }

  void deleted(Origin origin, RecordKey image) {
    images.computeIfAbsent(image, key -> new ArrayList<>()).add(new Sent(origin, true));
  }

  void damaged(Origin origin) {
    damaged.add(origin);
  }

  Set<RecordKey> images() {
    return images.keySet();
  }

  boolean has(RecordKey image) {
    return images.containsKey(image);
  }

  /** Whether the last record of an image is no deletion. */
  boolean isAlive(RecordKey image) {
    List<Sent> records = images.get(image);
    return !records.get(records.size() - 1).isDeletion();
  }

  /**
   * The images that must be embedded when an epoch is complete: they were there where the topic was
   * read to, and were not deleted later, when the sweep may not have met them yet.
   */
  List<RecordKey> thereAt(EpochMark epoch) {
    List<RecordKey> there = new ArrayList<>();
    images.forEach(
        (image, records) -> {
          boolean isThere = false;
          for (Sent each : records) {
            isThere =
                isBefore(each.origin(), epoch) ? !each.isDeletion() : isThere && !each.isDeletion();
          }
          if (isThere) {
            there.add(image);
          }
        });
    return there;
  }

  /** Number of records that are images, in the part of the topic that an epoch read. */
  long imagesBefore(EpochMark epoch) {
    return images.values().stream()
        .flatMap(List::stream)
        .filter(each -> !each.isDeletion() && isBefore(each.origin(), epoch))
        .count();
  }

  /** Number of records that are no images, in the part of the topic that an epoch read. */
  long damagedBefore(EpochMark epoch) {
    return damaged.stream().filter(each -> isBefore(each, epoch)).count();
  }

  private static boolean isBefore(Origin origin, EpochMark epoch) {
    for (SweptPartition each : epoch.getPartitions()) {
      if (each.getPartition() == origin.partition()) {
        return origin.offset() < each.getEndOffset();
      }
    }
    return false;
  }
}
