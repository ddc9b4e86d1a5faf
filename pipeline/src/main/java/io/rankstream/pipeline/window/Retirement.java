package io.rankstream.pipeline.window;

/**
 * Removes classes from a window: ledger and images leave the state. The label stays in the
 * vocabulary of the model if it was trained, and may come again.
 */
final class Retirement {

  private final WindowCounters counters;
  private final ClassTable table;
  private final FreshQueues fresh;
  private final Reservoirs reservoirs;
  private final StreamAge age;
  private final PkEvents events;

  Retirement(
      StreamAge age,
      WindowCounters counters,
      ClassTable table,
      FreshQueues fresh,
      Reservoirs reservoirs,
      PkEvents events) {
    this.counters = counters;
    this.table = table;
    this.fresh = fresh;
    this.reservoirs = reservoirs;
    this.age = age;
    this.events = events;
  }

  /** Retires the classes that have been silent for {@code window.class-ttl}. */
  void retireSilent() throws Exception {
    Place silent = table.mostSilent();
    while (silent != null && age.isOver(counters, silent.rank())) {
      retire(silent.label());
      silent = table.mostSilent();
    }
  }

  /** Retires a class. Its fresh images are not trained on. */
  void retire(String label) throws Exception {
    fresh.take(label, Integer.MAX_VALUE);
    reservoirs.shrink(label, 0);
    table.put(label, null);
    events.retired.inc();
  }
}
