package io.rankstream.pipeline.window;

/**
 * Decides which classes of a stream training may take. A class is a candidate until it has {@code
 * batch.min-images} distinct images; then it is enrolled, and stays so. The labels that were ever
 * enrolled are those that the model may know, so they alone count towards {@code
 * model.max-classes}. They stay counted when their class retires: the model never forgets a label.
 */
final class Enrolment {

  private final PkSettings settings;
  private final ClassTable table;
  private final WindowState state;
  private int labels;

  /** Counts the labels of the current stream, and enrols those that qualify by the settings now. */
  Enrolment(PkSettings settings, ClassTable table, WindowState state) throws Exception {
    this.settings = settings;
    this.table = table;
    this.state = state;
    labels = state.countEnrolled();
    for (String label : table.labels()) {
      update(label);
    }
  }

  /** Whether the model knows a label or has room for it. */
  boolean hasRoomFor(String label) throws Exception {
    ClassLedger ledger = table.ledger(label);
    return (ledger != null && ledger.enrolled())
        || labels < settings.maxClasses()
        || state.isEnrolled(label);
  }

  /** Enrols a class when it has enough images. */
  void update(String label) throws Exception {
    ClassLedger ledger = table.ledger(label);
    if (ledger.enrolled()
        || ledger.available() < settings.batch().minImages()
        || !hasRoomFor(label)) {
      return;
    }

    table.put(label, ledger.withEnrolment());
    if (!state.isEnrolled(label)) {
      state.enrol(label);
      labels++;
    }
  }
}
