package io.rankstream.pipeline.window;

/**
 * The counters of one class, which the window reads without touching its images.
 *
 * @param ordinal position of the class among the classes of the stream, in order of appearance
 * @param firstFresh index of the oldest fresh image
 * @param nextFresh index that the next fresh image gets
 * @param kept images in the reservoir
 * @param seen images offered to the reservoir so far
 * @param lastTrained turn in which the class was last trained, or -1; no two classes share a turn,
 *     so the classes of one batch keep an order among themselves
 */
public record ClassLedger(
    int ordinal, long firstFresh, long nextFresh, int kept, long seen, long lastTrained) {

  /** The ledger of a class that has just appeared. */
  static ClassLedger first(int ordinal) {
    return new ClassLedger(ordinal, 0, 0, 0, 0, -1);
  }

  /** Fresh images that wait. */
  int fresh() {
    return (int) (nextFresh - firstFresh);
  }

  /** Distinct images that a batch could take. */
  int available() {
    return fresh() + kept;
  }

  /**
   * Whether a full batch may take the class now. A class needs K images the first time. Later it is
   * ready with fewer, and its images repeat: otherwise one mislabelled image could block its stream
   * for ever.
   */
  boolean isReady(int imagesPerClass) {
    return available() >= imagesPerClass || (lastTrained >= 0 && available() > 0);
  }

  ClassLedger withFreshAdded() {
    return new ClassLedger(ordinal, firstFresh, nextFresh + 1, kept, seen, lastTrained);
  }

  ClassLedger withFreshTaken() {
    return new ClassLedger(ordinal, firstFresh + 1, nextFresh, kept, seen, lastTrained);
  }

  ClassLedger withReservoir(int newKept, long newSeen) {
    return new ClassLedger(ordinal, firstFresh, nextFresh, newKept, newSeen, lastTrained);
  }

  ClassLedger withTraining(long turn) {
    return new ClassLedger(ordinal, firstFresh, nextFresh, kept, seen, turn);
  }
}
