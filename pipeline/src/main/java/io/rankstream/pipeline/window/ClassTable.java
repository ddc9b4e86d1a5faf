package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * The ledgers of one stream in memory, with all that is derived from them: orders of the classes
 * and sums. Nothing derived is in the state, so that a savepoint cannot disagree with the settings
 * that it is restored with. The table is built from the state on the first use after a start.
 */
final class ClassTable {

  private final Map<String, ClassLedger> ledgers = new HashMap<>();
  private final Set<String> changed = new HashSet<>();
  private final TrainingQueue queue;
  private final NavigableSet<Place> byKept = new TreeSet<>();
  private final NavigableSet<Place> byBytes = new TreeSet<>();
  private final NavigableSet<Place> byOldestFresh = new TreeSet<>();
  private final NavigableSet<Place> bySilence = new TreeSet<>();
  private final NavigableSet<Place> candidatesBySilence = new TreeSet<>();

  private int fresh;
  private int kept;
  private int singletons;
  private long bytes;
  private long candidateBytes;

  /** Reads the ledgers of the current stream. */
  ClassTable(JobConfig.Batch batch, WindowState state) throws Exception {
    queue = new TrainingQueue(batch);
    for (Map.Entry<String, ClassLedger> entry : state.ledgers()) {
      update(entry.getKey(), null, entry.getValue());
    }
  }

  /** The ledger of a class, or null when the window does not know the class. */
  ClassLedger ledger(String label) {
    return ledgers.get(label);
  }

  /** Changes the ledger of a class; null retires the class. */
  void put(String label, ClassLedger ledger) {
    update(label, ledgers.get(label), ledger);
    changed.add(label);
  }

  /** Writes the changed ledgers to the state of the current stream. */
  void save(WindowState state) throws Exception {
    for (String label : changed) {
      state.ledger(label, ledgers.get(label));
    }
    changed.clear();
  }

  TrainingQueue queue() {
    return queue;
  }

  /** The classes in the order of their appearance. */
  List<String> labels() {
    return ledgers.entrySet().stream()
        .sorted(
            (one, other) -> Integer.compare(one.getValue().ordinal(), other.getValue().ordinal()))
        .map(Map.Entry::getKey)
        .toList();
  }

  int classes() {
    return ledgers.size();
  }

  /** Fresh images that wait. */
  int fresh() {
    return fresh;
  }

  /** Images in reservoirs. */
  int kept() {
    return kept;
  }

  /** Classes with one image. */
  int singletons() {
    return singletons;
  }

  /** Bytes of fresh and kept images. */
  long bytes() {
    return bytes;
  }

  /** Bytes of the images of classes that are not enrolled. */
  long candidateBytes() {
    return candidateBytes;
  }

  /** The class with the most kept images, or null when no class has any. */
  Place fullest() {
    return byKept.isEmpty() ? null : byKept.last();
  }

  /** Bytes of the class with the most bytes. */
  long largestBytes() {
    return byBytes.isEmpty() ? 0 : byBytes.last().rank();
  }

  /** Bytes of the class with the least bytes. */
  long smallestBytes() {
    return byBytes.isEmpty() ? 0 : byBytes.first().rank();
  }

  /** The class whose fresh image arrived first, ranked by its arrival, or null. */
  Place oldestFresh() {
    return byOldestFresh.isEmpty() ? null : byOldestFresh.first();
  }

  /** The classes whose oldest fresh image arrived at a time or before it, the oldest first. */
  List<String> waitingSince(long arrival) {
    return byOldestFresh.headSet(new Place(arrival, Integer.MAX_VALUE, ""), true).stream()
        .map(Place::label)
        .toList();
  }

  /** The class not seen for the longest time, ranked by the time that it was seen, or null. */
  Place mostSilent() {
    return bySilence.isEmpty() ? null : bySilence.first();
  }

  /** The same among the classes that are not enrolled. */
  Place mostSilentCandidate() {
    return candidatesBySilence.isEmpty() ? null : candidatesBySilence.first();
  }

  private void update(String label, ClassLedger before, ClassLedger after) {
    queue.update(label, before, after);
    Place.move(byKept, byKept(label, before), byKept(label, after));
    Place.move(byBytes, byBytes(label, before), byBytes(label, after));
    Place.move(byOldestFresh, byOldestFresh(label, before), byOldestFresh(label, after));
    Place.move(bySilence, bySilence(label, before), bySilence(label, after));
    Place.move(candidatesBySilence, candidate(label, before), candidate(label, after));
    count(before, -1);
    count(after, 1);
    if (after == null) {
      ledgers.remove(label);
    } else {
      ledgers.put(label, after);
    }
  }

  private void count(ClassLedger ledger, int sign) {
    if (ledger == null) {
      return;
    }
    fresh += sign * ledger.fresh();
    kept += sign * ledger.kept();
    singletons += ledger.available() == 1 ? sign : 0;
    bytes += sign * ledger.bytes();
    candidateBytes += ledger.enrolled() ? 0 : sign * ledger.bytes();
  }

  private static Place byKept(String label, ClassLedger ledger) {
    return ledger == null || ledger.kept() == 0
        ? null
        : new Place(ledger.kept(), ledger.ordinal(), label);
  }

  private static Place byBytes(String label, ClassLedger ledger) {
    return ledger == null ? null : new Place(ledger.bytes(), ledger.ordinal(), label);
  }

  private static Place byOldestFresh(String label, ClassLedger ledger) {
    return ledger == null || ledger.fresh() == 0
        ? null
        : new Place(ledger.freshSince(), ledger.ordinal(), label);
  }

  private static Place bySilence(String label, ClassLedger ledger) {
    return ledger == null ? null : new Place(ledger.lastSeen(), ledger.ordinal(), label);
  }

  private static Place candidate(String label, ClassLedger ledger) {
    return ledger == null || ledger.enrolled() ? null : bySilence(label, ledger);
  }
}
