package io.rankstream.lab.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The result of an audit.
 *
 * @param accepted distinct images in the input
 * @param damaged records of the input that cannot be read
 * @param embeddings records of the input that have an embedding, of each timeline
 * @param steps last training step of each stream
 * @param models SHA-256 of the weights in the last published model of each stream
 * @param epochs complete epochs of each stream; empty where the job embeds in none
 * @param faults for each kind of fault that was found, where
 */
record Audit(
    long accepted,
    long damaged,
    long embeddings,
    Map<String, Long> steps,
    Map<String, String> models,
    Map<String, Long> epochs,
    Map<AuditFault, List<String>> faults) {

  private static final int EXAMPLES = 5;

  /**
   * Whether there was something to audit, an epoch of each stream where there are any, and nothing
   * was lost, doubled or altered.
   */
  boolean isClean() {
    return accepted > 0 && !epochs.containsValue(0L) && faults.isEmpty();
  }

  /** Where a kind of fault was found; empty when it was not. */
  List<String> found(AuditFault fault) {
    return faults.getOrDefault(fault, List.of());
  }

  /**
   * This audit with {@link AuditFault#FOREIGN_WEIGHTS} for each stream whose last model is not bit
   * for bit that of another run on the same input in the same order.
   *
   * @param undisturbed audit of that run; without any published model it proves nothing, which is a
   *     fault too
   */
  Audit comparedWith(Audit undisturbed) {
    List<String> foreign = new ArrayList<>(found(AuditFault.FOREIGN_WEIGHTS));
    Set<String> streams = new TreeSet<>(models.keySet());
    streams.addAll(undisturbed.models.keySet());
    for (String stream : streams) {
      String ours = models.getOrDefault(stream, "no model");
      String theirs = undisturbed.models.getOrDefault(stream, "no model");
      if (!ours.equals(theirs)) {
        foreign.add("%s: %s, undisturbed %s".formatted(stream, ours, theirs));
      }
    }
    if (streams.isEmpty()) {
      foreign.add("neither run published a model");
    }

    Map<AuditFault, List<String>> all = new EnumMap<>(AuditFault.class);
    all.putAll(faults);
    if (!foreign.isEmpty()) {
      all.put(AuditFault.FOREIGN_WEIGHTS, List.copyOf(foreign));
    }
    return new Audit(accepted, damaged, embeddings, steps, models, epochs, all);
  }

  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(
            """
            accepted images            %,d, without embedding %d, embedded but never sent %d
            records embedded           %,d, more than once %d; older versions behind newer ones %d
            training steps             %s, gaps %d, repeats %d, back to older states %d
            damaged records            %,d, without dead letter %d, with two %d, altered %d; dead letters of good records %d
            published models           %d, with other weights %d"""
                .formatted(
                    accepted,
                    count(AuditFault.LOST_IMAGE),
                    count(AuditFault.UNKNOWN_IMAGE),
                    embeddings,
                    count(AuditFault.REPEATED_EMBEDDING),
                    count(AuditFault.OLDER_VERSION),
                    steps,
                    count(AuditFault.STEP_GAP),
                    count(AuditFault.STEP_REPEAT),
                    count(AuditFault.ROLLED_BACK),
                    damaged,
                    count(AuditFault.MISSING_LETTER),
                    count(AuditFault.REPEATED_LETTER),
                    count(AuditFault.ALTERED_LETTER),
                    count(AuditFault.WRONG_LETTER),
                    models.size(),
                    count(AuditFault.FOREIGN_WEIGHTS)));
    if (!epochs.isEmpty()) {
      text.append("%ncomplete epochs            %s".formatted(epochs));
    }
    faults.forEach(
        (fault, places) ->
            text.append("%n  %s: %s%s".formatted(fault, examples(places), more(places))));
    return text.toString();
  }

  private int count(AuditFault fault) {
    return found(fault).size();
  }

  private static String examples(List<String> places) {
    return String.join(", ", places.subList(0, Math.min(EXAMPLES, places.size())));
  }

  private static String more(List<String> places) {
    return places.size() > EXAMPLES ? " and %d more".formatted(places.size() - EXAMPLES) : "";
  }
}
