package io.rankstream.pipeline.replica;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The rounds of all streams, as the coordinator sees them: collects hand-ins, announces averages,
 * and holds checkpoints back while an average is on its way. Lost, doubled and late messages change
 * nothing. Not thread-safe.
 *
 * <p>The cut: a checkpoint begins only when every announced average was applied by all, and nothing
 * is announced while one waits to begin. What is announced later, Flink holds back until the
 * subtask has taken its part of the checkpoint. So each checkpoint holds all replicas of a stream
 * in one round, a waiting replica's state is its contribution, and neither the files nor this book
 * need to be in it.
 */
final class RoundBook {

  /** What the book lets happen; called in the order in which it must happen. */
  interface Actions {

    /** Sends an average to a subtask. */
    void announce(int subtask, Average average);

    /** Lets a checkpoint begin. */
    void begin(long checkpoint);

    /** Refuses a checkpoint. */
    void refuse(long checkpoint, String why);

    /** All have applied an average: its files are not needed any more. */
    void finished(Average average);

    /** A round is given up: who goes on from a checkpoint hands in again, in other files. */
    void dropped(List<HandIn> handIns);
  }

  /** A round for which not all replicas have the average yet. */
  private static final class OpenRound {

    private final TreeMap<Integer, HandIn> handIns = new TreeMap<>();
    private final Map<Integer, Integer> subtasks = new HashMap<>();
    private final Set<Integer> applied = new HashSet<>();
    private Average average; // null before it is announced

    private int participants() {
      return handIns.values().stream()
          .mapToInt(each -> Math.max(each.share().replicas(), each.share().next()))
          .max()
          .orElse(1);
    }

    private boolean isComplete() {
      return handIns.keySet().containsAll(IntStream.range(0, participants()).boxed().toList());
    }
  }

  private final Actions actions;
  private final Map<String, TreeMap<Long, OpenRound>> open = new TreeMap<>();
  private final Map<String, Long> done = new HashMap<>();
  private final Set<Integer> ready = new HashSet<>();
  private final Set<Integer> ending = new HashSet<>();
  private final TreeSet<Long> checkpoints = new TreeSet<>();

  RoundBook(Actions actions) {
    this.actions = actions;
  }

  /** A replica has handed in. The first of equals is kept. */
  void handIn(int subtask, HandIn handIn) {
    if (handIn.round() <= done.getOrDefault(handIn.stream(), -1L)) {
      return; // a late copy
    }

    OpenRound round =
        open.computeIfAbsent(handIn.stream(), name -> new TreeMap<>())
            .computeIfAbsent(handIn.round(), number -> new OpenRound());
    if (round.average == null) {
      round.handIns.put(handIn.replica(), handIn);
      round.subtasks.put(handIn.replica(), subtask);
      announce();
    }
  }

  /** A replica has the average of a round. */
  void applied(Applied applied) {
    TreeMap<Long, OpenRound> rounds = open.getOrDefault(applied.stream(), new TreeMap<>());
    OpenRound round = rounds.get(applied.round());
    if (round == null || round.average == null) {
      return; // a late copy
    }

    round.applied.add(applied.replica());
    if (round.applied.size() == round.average.handIns().size()) {
      rounds.remove(applied.round());
      done.put(applied.stream(), applied.round());
      actions.finished(round.average);
      begin();
    }
  }

  /** Announces again what was not applied: a message may be lost. */
  void repeat() {
    open.values()
        .forEach(
            rounds ->
                rounds.values().stream()
                    .filter(round -> round.average != null)
                    .forEach(this::announce));
  }

  /** A subtask waits for its last averages, or does not any more. */
  void ending(int subtask, boolean begins) {
    if (begins) {
      ending.add(subtask);
      announce();
    } else {
      ending.remove(subtask);
      begin();
    }
  }

  /** A checkpoint is asked for. */
  void checkpoint(long id) {
    checkpoints.add(id);
    begin();
  }

  /** A checkpoint has ended without success, perhaps before it began. */
  void aborted(long id) {
    if (checkpoints.remove(id)) {
      announce();
    }
  }

  /** A subtask can be sent messages. */
  void ready(int subtask) {
    ready.add(subtask);
    announce();
  }

  /** A subtask failed. All of them start again, from a checkpoint, and hand in again. */
  void lost(int subtask) {
    ready.remove(subtask);
    forget();
  }

  /** All subtasks start again. */
  void reset() {
    ready.clear();
    forget();
  }

  private void forget() {
    open.values()
        .forEach(
            rounds ->
                rounds
                    .values()
                    .forEach(round -> actions.dropped(List.copyOf(round.handIns.values()))));
    open.clear();
    done.clear();
    ending.clear();
    checkpoints.forEach(id -> actions.refuse(id, "A trainer failed"));
    checkpoints.clear();
  }

  /** Announces the rounds that are complete, unless a checkpoint waits to begin. */
  private void announce() {
    if (!checkpoints.isEmpty() && ending.isEmpty()) {
      return;
    }
    for (TreeMap<Long, OpenRound> rounds : open.values()) {
      if (!rounds.isEmpty()) {
        OpenRound round = rounds.firstEntry().getValue();
        // A task may hand in before it is known to be ready: then its average has to wait.
        if (round.average == null
            && round.isComplete()
            && ready.containsAll(round.subtasks.values())) {
          HandIn first = round.handIns.firstEntry().getValue();
          round.average =
              new Average(first.stream(), first.round(), new ArrayList<>(round.handIns.values()));
          announce(round);
        }
      }
    }
  }

  private void announce(OpenRound round) {
    Set<Integer> receivers = new TreeSet<>();
    round.subtasks.forEach(
        (replica, subtask) -> {
          if (!round.applied.contains(replica)) {
            receivers.add(subtask);
          }
        });
    receivers.forEach(subtask -> actions.announce(subtask, round.average));
  }

  private void begin() {
    boolean isOnItsWay =
        open.values().stream()
            .anyMatch(rounds -> rounds.values().stream().anyMatch(round -> round.average != null));
    if (isOnItsWay || !ending.isEmpty()) {
      announce();
      return;
    }

    List.copyOf(checkpoints).forEach(actions::begin);
    checkpoints.clear();
    announce(); // Flink holds it back until the subtasks have taken their parts
  }
}
