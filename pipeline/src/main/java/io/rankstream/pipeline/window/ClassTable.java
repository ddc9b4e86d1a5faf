package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The ledgers of one stream in memory, with all that is derived from them: orders of the classes
 * and sums. Nothing derived is in the state, so that a savepoint cannot disagree with the settings
 * that it is restored with. The table is built from the state on the first use after a start.
 *
 * <p>A batch changes the ledger of each of its classes several times. So a class moves in the
 * orders only when one of them is asked for; the sums are always true.
 */
final class ClassTable {

  /** A class in the table. */
  private static final class Row {

    private final String label;
    private ClassLedger ledger;
    private ClassLedger placed; // the ledger by which the class has its places in the orders
    private boolean waitsForPlaces;
    private boolean waitsForState;

    private Row(String label) {
      this.label = label;
    }
  }

  private final Map<String, Row> rows = new HashMap<>();
  private final List<Row> toPlace = new ArrayList<>();
  private final List<Row> toSave = new ArrayList<>();
  private final TrainingQueue queue;
  private final ClassOrder byKept = new ClassOrder(ledger -> ledger.kept() > 0, ClassLedger::kept);
  private final ClassOrder byOldestFresh =
      new ClassOrder(ledger -> ledger.fresh() > 0, ClassLedger::freshSince);
  private final ClassOrder bySilence = new ClassOrder(ledger -> true, ClassLedger::lastSeen);
  private final ClassOrder candidatesBySilence =
      new ClassOrder(ledger -> !ledger.enrolled(), ClassLedger::lastSeen);
  private final SizeCounts sizes = new SizeCounts();

  private Row latest; // an image asks for its class many times
  private int fresh;
  private int kept;
  private int singletons;
  private long bytes;
  private long candidateBytes;

  /** Reads the ledgers of the current stream. */
  ClassTable(JobConfig.Batch batch, WindowState state) throws Exception {
    queue = new TrainingQueue(batch);
    for (Map.Entry<String, ClassLedger> entry : state.ledgers()) {
      update(entry.getKey(), entry.getValue());
    }
  }

  /** The ledger of a class, or null when the window does not know the class. */
  ClassLedger ledger(String label) {
    Row row = row(label);
    return row == null ? null : row.ledger;
  }

  /** Changes the ledger of a class; null retires the class. */
  void put(String label, ClassLedger ledger) {
    Row row = update(label, ledger);
    if (!row.waitsForState) {
      row.waitsForState = true;
      toSave.add(row);
    }
  }

  /** Writes the changed ledgers to the state of the current stream. */
  void save(WindowState state) throws Exception {
    for (Row row : toSave) {
      row.waitsForState = false;
      state.ledger(row.label, row.ledger);
    }
    toSave.clear();
  }

  TrainingQueue queue() {
    place();
    return queue;
  }

  /** The classes in the order of their appearance. */
  List<String> labels() {
    return rows.values().stream()
        .sorted(Comparator.comparingInt(row -> row.ledger.ordinal()))
        .map(row -> row.label)
        .toList();
  }

  int classes() {
    return rows.size();
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
    place();
    return byKept.last();
  }

  /** Bytes of the class with the most bytes. */
  long largestBytes() {
    place();
    return sizes.largest();
  }

  /** Bytes of the class with the least bytes. */
  long smallestBytes() {
    place();
    return sizes.smallest();
  }

  /** The class whose fresh image arrived first, ranked by its arrival, or null. */
  Place oldestFresh() {
    place();
    return byOldestFresh.first();
  }

  /** The classes whose oldest fresh image arrived at a time or before it, the oldest first. */
  List<String> waitingSince(long arrival) {
    place();
    return byOldestFresh.places().headSet(new Place(arrival, Integer.MAX_VALUE, ""), true).stream()
        .map(Place::label)
        .toList();
  }

  /** The class not seen for the longest time, ranked by the time that it was seen, or null. */
  Place mostSilent() {
    place();
    return bySilence.first();
  }

  /** The same among the classes that are not enrolled. */
  Place mostSilentCandidate() {
    place();
    return candidatesBySilence.first();
  }

  private Row row(String label) {
    if (latest == null || !latest.label.equals(label)) {
      latest = rows.get(label);
    }
    return latest;
  }

  private Row update(String label, ClassLedger after) {
    Row known = row(label);
    Row row = known == null ? new Row(label) : known;
    count(row.ledger, -1);
    count(after, 1);
    row.ledger = after;
    if (after == null) {
      rows.remove(label);
      latest = null;
    } else if (known == null) {
      rows.put(label, row);
      latest = row;
    }
    if (!row.waitsForPlaces) {
      row.waitsForPlaces = true;
      toPlace.add(row);
    }
    return row;
  }

  /** Moves the changed classes in the orders. */
  private void place() {
    if (toPlace.isEmpty()) {
      return;
    }
    for (Row row : toPlace) {
      queue.update(row.label, row.placed, row.ledger);
      byKept.move(row.label, row.placed, row.ledger);
      byOldestFresh.move(row.label, row.placed, row.ledger);
      bySilence.move(row.label, row.placed, row.ledger);
      candidatesBySilence.move(row.label, row.placed, row.ledger);
      sizes.move(row.placed, row.ledger);
      row.placed = row.ledger;
      row.waitsForPlaces = false;
    }
    toPlace.clear();
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
}
