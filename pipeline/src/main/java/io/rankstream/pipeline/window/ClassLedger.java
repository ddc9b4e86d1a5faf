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
    Draft draft = new Draft(this);
    draft.enrolled = true;
    return draft.ledger();
  }

  /** With one more fresh image, which arrived at a processing time and an active time. */
  ClassLedger withFreshAdded(long size, long arrival, long active) {
    Draft draft = new Draft(this);
    draft.nextFresh++;
    draft.freshSince = fresh() == 0 ? arrival : freshSince;
    draft.bytes += size;
    draft.lastSeen = active;
    return draft.ledger();
  }

  /** Without the {@code count} oldest fresh images; the next one arrived at {@code since}. */
  ClassLedger withFreshTaken(int count, long size, long since) {
    Draft draft = new Draft(this);
    draft.firstFresh += count;
    draft.freshSince = since;
    draft.bytes -= size;
    return draft.ledger();
  }

  /** With another number of kept images, which take {@code growth} bytes more. */
  ClassLedger withKept(int newKept, long growth) {
    Draft draft = new Draft(this);
    draft.kept = newKept;
    draft.bytes += growth;
    return draft.ledger();
  }

  /** With one more image offered to the reservoir. */
  ClassLedger withOffer() {
    Draft draft = new Draft(this);
    draft.seen++;
    return draft.ledger();
  }

  /** With {@code places} more places in a batch, its group being the {@code turn}th. */
  ClassLedger withTraining(long turn, int places) {
    Draft draft = new Draft(this);
    draft.lastTrained = turn;
    draft.trained += places;
    return draft.ledger();
  }

  /** With {@code count} more kept images embedded again. */
  ClassLedger withRefresh(int count) {
    Draft draft = new Draft(this);
    draft.refreshed += count;
    return draft.ledger();
  }

  /** With {@code count} more images that left by their id. */
  ClassLedger withTakenOut(int count) {
    Draft draft = new Draft(this);
    draft.takenOut += count;
    return draft.ledger();
  }

  /** A ledger of which a few figures change. It never leaves the method that makes it. */
  private static final class Draft {

    private final int ordinal;
    private boolean enrolled;
    private long firstFresh;
    private long nextFresh;
    private long freshSince;
    private int kept;
    private long seen;
    private long bytes;
    private long lastSeen;
    private long lastTrained;
    private long refreshed;
    private long trained;
    private long takenOut;

    private Draft(ClassLedger before) {
      ordinal = before.ordinal;
      enrolled = before.enrolled;
      firstFresh = before.firstFresh;
      nextFresh = before.nextFresh;
      freshSince = before.freshSince;
      kept = before.kept;
      seen = before.seen;
      bytes = before.bytes;
      lastSeen = before.lastSeen;
      lastTrained = before.lastTrained;
      refreshed = before.refreshed;
      trained = before.trained;
      takenOut = before.takenOut;
    }

    private ClassLedger ledger() {
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
          takenOut);
    }
  }
}
