package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import java.util.SplittableRandom;

/**
 * Holds the images of a stream within {@code window.max-bytes}. When memory is short,
 *
 * <ol>
 *   <li>the class with the most kept images gives one at random, as long as it has more than K: the
 *       traffic of other classes cannot starve a class;
 *   <li>then the candidate that was seen longest ago retires: old labels that never entered the
 *       rotation do not keep new ones out;
 *   <li>then the class of the new image gives a kept image of its own;
 *   <li>then the oldest fresh image of that class leaves, and is not trained on.
 * </ol>
 *
 * <p>Candidates hold at most a quarter of the memory: labels that come once cannot take the images
 * of the classes that are trained.
 */
final class MemoryBound {

  private static final int CANDIDATES = 4; // one part in so many

  private final JobConfig.Window bounds;
  private final JobConfig.Batch batch;
  private final ClassTable table;
  private final Reservoirs reservoirs;
  private final Retirement retirement;
  private final PkEvents events;
  private final Draws draws;

  MemoryBound(
      PkSettings settings,
      ClassTable table,
      Reservoirs reservoirs,
      Retirement retirement,
      Draws draws,
      PkEvents events) {
    this.bounds = settings.bounds();
    this.batch = settings.batch();
    this.table = table;
    this.reservoirs = reservoirs;
    this.retirement = retirement;
    this.events = events;
    this.draws = draws;
  }

  /** Makes room after an image of a class has come; returns whether there is room for it. */
  boolean makeRoom(String label) throws Exception {
    boolean goesOn = true;
    while (goesOn && table.candidateBytes() > bounds.maxBytes() / CANDIDATES) {
      goesOn = retireCandidate(label);
    }
    goesOn = true;
    while (goesOn && isOver()) {
      goesOn = takeFromTheFullest() || retireCandidate(label) || takeFrom(label);
    }

    return !isOver();
  }

  /**
   * Images that a class may keep when it is offered one of {@code size} bytes. When the next batch
   * of images would not fit, the fullest class stays as it is: it replaces images with the
   * probability of a reservoir, instead of growing and being cut, which would turn its sample into
   * the most recent images.
   */
  int capacity(String label, long size) {
    if (table.bytes() + batch.size() * size <= bounds.maxBytes()) {
      return bounds.reservoirPerClass();
    }

    int kept = table.ledger(label).kept();
    boolean isFullest = kept > 0 && kept >= table.fullest().rank();
    return isFullest ? Math.min(kept, bounds.reservoirPerClass()) : bounds.reservoirPerClass();
  }

  /** Whether the window holds more bytes than it may. */
  boolean isOver() {
    return table.bytes() > bounds.maxBytes();
  }

  private boolean takeFromTheFullest() throws Exception {
    Place fullest = table.fullest();
    return fullest != null && fullest.rank() > batch.imagesPerClass() && takeFrom(fullest.label());
  }

  /** A class that has just got an image, and one whose images are about to leave, do not retire. */
  private boolean retireCandidate(String newcomer) throws Exception {
    Place silent = table.mostSilentCandidate();
    if (silent == null
        || silent.label().equals(newcomer)
        || table.ledger(silent.label()).fresh() > 0) {
      return false;
    }

    retirement.retire(silent.label());
    return true;
  }

  private boolean takeFrom(String label) throws Exception {
    if (table.ledger(label).kept() == 0) {
      return false;
    }

    SplittableRandom random = draws.forEviction(label);
    reservoirs.dropOne(label, random);
    events.evicted.inc();
    return true;
  }
}
