package io.rankstream.pipeline.window;

/**
 * What the window knows of one class without touching its images.
 *
 * @param ordinal position of the class in the order of appearance; no two classes of a stream share
 *     one
 * @param enrolled whether training batches may take the class; before that it is a candidate
 * @param firstFresh index of the oldest fresh image
 * @param nextFresh index that the next fresh image gets
 * @param freshSince processing time at which the oldest fresh image arrived, if there is one
 * @param kept images in the reservoir
 * @param seen images offered to the reservoir so far
 * @param bytes bytes of the fresh and the kept images
 * @param lastSeen active time of the stream when the last image of the class came, rounded; see
 *     {@link StreamAge}
 * @param lastTrained turn in which the class was last trained, or -1; no two classes share a turn,
 *     so the classes of one batch keep an order among themselves
 * @param refreshed kept images that were embedded again so far
 * @param trained places in batches that images of the class got so far
 * @param takenOut images that left by their id so far: they were replaced or forgotten
 */
public record ClassLedger(
    int ordinal,
    boolean enrolled,
    long firstFresh,
    long nextFresh,
    long freshSince,
    int kept,
    long seen,
    long bytes,
    long lastSeen,
    long lastTrained,
    long refreshed,
    long trained,
    long takenOut) {

  /** The ledger of a class that has just appeared. */
  static ClassLedger first(int ordinal) {
    return new ClassLedger(ordinal, false, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0);
  }

  /** Fresh images that wait. */
  int fresh() {
    return (int) (nextFresh - firstFresh);
  }

  /** Distinct images that a batch could take. */
  int available() {
    return fresh() + kept;
  }

  /** Distinct images that came so far; what replaced an image counts once. */
  long distinct() {
    return nextFresh - takenOut;
  }

  /**
   * Whether a training batch may take the class now. Once enrolled, a class is ready with any
   * number of images, and repeats them: a class with few images cannot hold up its stream.
   */
  boolean isReady() {
    return enrolled && available() > 0;
  }

  ClassLedger withEnrolment() {
    return new ClassLedger(
        ordinal,
        true,
        firstFresh,
        nextFresh,
        freshSince,
        kept,
        seen,
        bytes,
        lastSeen,
        lastTrained,
        refreshed,
        trained,
        takenOut);
  }

  /** With one more fresh image, which arrived at a processing time and an active time. */
  ClassLedger withFreshAdded(long size, long arrival, long active) {
    long since = fresh() == 0 ? arrival : freshSince;
    return new ClassLedger(
        ordinal,
        enrolled,
        firstFresh,
        nextFresh + 1,
        since,
        kept,
        seen,
        bytes + size,
        active,
        lastTrained,
        refreshed,
        trained,
        takenOut);
  }

  /** Without the {@code count} oldest fresh images; the next one arrived at {@code since}. */
  ClassLedger withFreshTaken(int count, long size, long since) {
    return new ClassLedger(
        ordinal,
        enrolled,
        firstFresh + count,
        nextFresh,
        since,
        kept,
        seen,
        bytes - size,
        lastSeen,
        lastTrained,
        refreshed,
        trained,
        takenOut);
  }

  /** With another number of kept images, which take {@code growth} bytes more. */
  ClassLedger withKept(int newKept, long growth) {
    return new ClassLedger(
        ordinal,
        enrolled,
        firstFresh,
        nextFresh,
        freshSince,
        newKept,
        seen,
        bytes + growth,
        lastSeen,
        lastTrained,
        refreshed,
        trained,
        takenOut);
  }

  /** With one more image offered to the reservoir. */
  ClassLedger withOffer() {
    return new ClassLedger(
        ordinal,
        enrolled,
        firstFresh,
        nextFresh,
        freshSince,
        kept,
        seen + 1,
        bytes,
        lastSeen,
        lastTrained,
        refreshed,
        trained,
        takenOut);
  }

  /** With {@code places} more places in a batch, its group being the {@code turn}th. */
  ClassLedger withTraining(long turn, int places) {
    return new ClassLedger(
        ordinal,
        enrolled,
        firstFresh,
        nextFresh,
        freshSince,
        kept,
        seen,
        bytes,
        lastSeen,
        turn,
        refreshed,
        trained + places,
        takenOut);
  }

  /** With {@code count} more kept images embedded again. */
  ClassLedger withRefresh(int count) {
    return new ClassLedger(
        ordinal,
        enrolled,
        firstFresh,
        nextFresh,
        freshSince,
        kept,
        seen,
        bytes,
        lastSeen,
        lastTrained,
        refreshed + count,
        trained,
        takenOut);
  }

  /** With {@code count} more images that left by their id. */
  ClassLedger withTakenOut(int count) {
    return new ClassLedger(
        ordinal,
        enrolled,
        firstFresh,
        nextFresh,
        freshSince,
        kept,
        seen,
        bytes,
        lastSeen,
        lastTrained,
        refreshed,
        trained,
        takenOut + count);
  }
}
