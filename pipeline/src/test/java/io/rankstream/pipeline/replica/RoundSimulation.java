package io.rankstream.pipeline.replica;

import io.rankstream.pipeline.start.Lineage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;

/**
 * Replicas of one model on a few subtasks, a network, Flink's checkpoints and failures, in an order
 * that a seed decides.
 *
 * <p>As in Flink, what goes to the coordinator may be lost, doubled and delayed; what comes from it
 * keeps its order, is held back from the begin of a checkpoint until the subtask has taken its
 * part, and lies in a mailbox that a barrier may overtake. A file is read some time after its
 * announcement. A failure takes all subtasks back to the last complete checkpoint. The number of
 * replicas changes twice: new ones wait for the average of the round before, others leave with it.
 */
final class RoundSimulation implements RoundBook.Actions {

  private static final int ROUNDS = 40;
  private static final List<Integer> LAST_BEFORE_A_CHANGE = List.of(12, 27);
  private static final Lineage LINEAGE = new Lineage("l", "", 0, "start");
  private static final int MOST_ACTIONS = 200_000;

  private final Random random;
  private final List<Integer> replicas; // before, between and after the changes
  private final int parallelism;
  private final RoundBook book = new RoundBook(this);
  private final List<Subtask> subtasks = new ArrayList<>();
  private final List<Runnable> network = new ArrayList<>();
  private final Map<String, Float> files = new HashMap<>();
  private Map<Integer, Replica> complete = new TreeMap<>(); // the last complete checkpoint
  private long asked;
  private long begun; // 0: no checkpoint is under way
  private int attempt;
  private int failures;
  private int checkpoints;

  /** A replica: one number stands for its weights. */
  private static final class Replica {

    private int round;
    private int batches;
    private float weight = 1;
    private boolean isNew;
    private String history = "";

    private Replica copy() {
      Replica copy = new Replica();
      copy.round = round;
      copy.batches = batches;
      copy.weight = weight;
      copy.isNew = isNew;
      copy.history = history;
      return copy;
    }

    private boolean isWaiting(int replica) {
      return isNew || batches == batchesOf(round, replica);
    }
  }

  private static final class Subtask {

    private final Map<Integer, Replica> here = new TreeMap<>();
    private final Queue<Average> mailbox = new ArrayDeque<>();
    private final Queue<Average> heldBack = new ArrayDeque<>();
    private final Queue<Average> reading = new ArrayDeque<>();
    private boolean awaitsBarrier;
    private Map<Integer, Replica> part; // of the checkpoint under way
  }

  RoundSimulation(long seed) {
    random = new Random(seed);
    replicas = List.of(1 + random.nextInt(5), 1 + random.nextInt(5), 1 + random.nextInt(5));
    parallelism = 1 + random.nextInt(4);
    for (int k = 0; k < replicas.get(0); k++) {
      complete.put(k, new Replica());
    }
    restore();
  }

  /** What a replica hands in. */
  static HandIn handIn(long round, int replica, int replicas, int next) {
    return new HandIn(
        "s",
        round,
        replica,
        new HandIn.Share(replicas, next, false, 0, 1, LINEAGE, "", 0),
        "file",
        "");
  }

  /** Some rounds end early, for some replicas without any batch. */
  private static int batchesOf(int round, int replica) {
    return round % 7 == 3 ? replica % 2 : 3;
  }

  private int replicasOf(int round) {
    return replicas.get((int) LAST_BEFORE_A_CHANGE.stream().filter(last -> round > last).count());
  }

  private static float trained(float weight, int round, int replica, int batch) {
    return weight * 0.9f + (round * 31 + replica * 7 + batch) * 0.01f;
  }

  void run() {
    for (int i = 0; !isDone(); i++) {
      if (i > MOST_ACTIONS) {
        throw new AssertionError("It does not come to an end: " + histories());
      }
      act(random.nextInt(100));
    }
  }

  /** The averages that each replica took, that is there at the end. */
  List<String> histories() {
    List<String> histories = new ArrayList<>();
    subtasks.forEach(each -> each.here.values().forEach(one -> histories.add(one.history)));
    return histories;
  }

  /** The same by a plain loop. */
  String expected() {
    StringBuilder history = new StringBuilder();
    float average = 1;
    for (int round = 0; round < ROUNDS; round++) {
      float sum = 0;
      for (int k = 0; k < replicasOf(round); k++) {
        float weight = average;
        for (int batch = 0; batch < batchesOf(round, k); batch++) {
          weight = trained(weight, round, k, batch);
        }
        sum += weight;
      }
      average = sum / replicasOf(round);
      history.append(round).append('=').append(average).append(' ');
    }
    return history.toString();
  }

  int failures() {
    return failures;
  }

  int checkpoints() {
    return checkpoints;
  }

  @Override
  public void announce(int subtask, Average average) {
    Subtask receiver = subtasks.get(subtask);
    (receiver.awaitsBarrier ? receiver.heldBack : receiver.mailbox).add(average);
  }

  @Override
  public void begin(long checkpoint) {
    begun = checkpoint;
    subtasks.forEach(each -> each.awaitsBarrier = true);
  }

  @Override
  public void refuse(long checkpoint, String why) {
    asked = 0;
  }

  @Override
  public void finished(Average average) {
    average.handIns().forEach(each -> files.remove(each.file()));
  }

  @Override
  public void dropped(List<HandIn> handIns) {
    handIns.forEach(each -> files.remove(each.file()));
  }

  /** Replicas that are there at the end. */
  int replicasAtTheEnd() {
    return replicasOf(ROUNDS - 1);
  }

  private boolean isDone() {
    return subtasks.stream()
        .allMatch(each -> each.here.values().stream().allMatch(one -> one.round == ROUNDS));
  }

  private void act(int dice) {
    Subtask subtask = subtasks.get(random.nextInt(parallelism));
    if (dice < 40) {
      train(subtask);
    } else if (dice < 55) {
      handInAgain(subtask);
    } else if (dice < 70 && !network.isEmpty()) {
      network.remove(random.nextInt(network.size())).run(); // in any order
    } else if (dice < 80 && !subtask.mailbox.isEmpty()) {
      open(subtask, subtask.mailbox.remove());
    } else if (dice < 88 && !subtask.reading.isEmpty()) {
      apply(subtask, subtask.reading.remove());
    } else if (dice < 92 && subtask.awaitsBarrier) {
      takePart(subtask);
    } else if (dice < 94 && asked == 0) {
      asked = checkpoints + failures + 1L;
      book.checkpoint(asked);
    } else if (dice < 95) {
      book.repeat();
    } else if (dice < 97) {
      addReplicas();
    } else if (dice == 99 && random.nextInt(20) == 0) {
      fail();
    }
  }

  /** The window has marked the end of the last round before a change: new replicas begin. */
  private void addReplicas() {
    int round = subtasks.get(0).here.get(0).round;
    for (int last : LAST_BEFORE_A_CHANGE) {
      boolean isNext = round <= last && (last == 12 || round > 12);
      for (int k = replicasOf(last); isNext && k < replicasOf(last + 1); k++) {
        Map<Integer, Replica> here = subtasks.get(k % parallelism).here;
        if (!here.containsKey(k)) {
          Replica added = new Replica();
          added.round = last;
          added.isNew = true;
          added.weight = Float.NaN; // counts nowhere
          here.put(k, added);
        }
      }
    }
  }

  private void train(Subtask subtask) {
    subtask.here.forEach(
        (k, one) -> {
          if (one.round < ROUNDS && !one.isWaiting(k) && random.nextBoolean()) {
            one.weight = trained(one.weight, one.round, k, one.batches++);
          }
        });
  }

  private void handInAgain(Subtask subtask) {
    int index = subtasks.indexOf(subtask);
    subtask.here.forEach(
        (k, one) -> {
          if (one.round < ROUNDS && one.isWaiting(k)) {
            int now = replicasOf(one.round);
            // Who had all of its batches before the setting changed does not know of it.
            int next = k < now - 1 ? now : replicasOf(one.round + 1);
            HandIn.Share share =
                new HandIn.Share(now, next, one.isNew, 0, one.batches, LINEAGE, "", 0);
            String file = one.round + "/" + k + "-" + attempt;
            files.put(file, one.weight);
            HandIn handIn = new HandIn("s", one.round, k, share, file, "");
            send(() -> book.handIn(index, handIn));
          }
        });
  }

  /** To the coordinator: lost, doubled, or late, but never of an earlier attempt. */
  private void send(Runnable message) {
    int of = attempt;
    Runnable ofAttempt =
        () -> {
          if (of == attempt) {
            message.run();
          }
        };
    int copies = List.of(0, 1, 1, 1, 1, 2).get(random.nextInt(6));
    for (int i = 0; i < copies; i++) {
      network.add(ofAttempt);
    }
  }

  private void open(Subtask subtask, Average average) {
    boolean isAwaited = false;
    for (HandIn each : average.handIns()) {
      Replica one = subtask.here.get(each.replica());
      if (one != null && one.round > average.round()) {
        send(() -> book.applied(new Applied("s", average.round(), each.replica())));
      } else if (one != null && one.round == average.round()) {
        isAwaited = true;
      } else if (one == null && each.replica() % parallelism == subtasks.indexOf(subtask)) {
        // it has left, and the answer was lost
        send(() -> book.applied(new Applied("s", average.round(), each.replica())));
      }
    }
    if (isAwaited && subtask.reading.stream().noneMatch(each -> each.round() == average.round())) {
      subtask.reading.add(average);
    }
  }

  private void apply(Subtask subtask, Average average) {
    float sum = 0;
    for (HandIn each : average.contributions()) {
      sum += files.get(each.file());
    }
    float mean = sum / average.contributions().size();
    subtask.here.forEach(
        (k, one) -> {
          if (one.round == average.round()) {
            one.weight = mean;
            one.history += one.round + "=" + mean + " ";
            one.round++;
            one.batches = 0;
            one.isNew = false;
            send(() -> book.applied(new Applied("s", average.round(), k)));
          }
        });
    subtask.here.keySet().removeIf(k -> k >= average.next() && isOver(subtask, k, average));
  }

  private static boolean isOver(Subtask subtask, int replica, Average average) {
    return subtask.here.get(replica).round > average.round();
  }

  /** The barrier: it may come before what lies in the mailbox. */
  private void takePart(Subtask subtask) {
    subtask.awaitsBarrier = false;
    subtask.part = copy(subtask.here);
    subtask.mailbox.addAll(subtask.heldBack);
    subtask.heldBack.clear();
    if (subtasks.stream().noneMatch(each -> each.part == null)) {
      Map<Integer, Replica> state = new TreeMap<>();
      subtasks.forEach(
          each -> {
            state.putAll(each.part);
            each.part = null;
          });
      if (state.values().stream().filter(one -> !one.isNew).map(one -> one.round).distinct().count()
          > 1) {
        throw new AssertionError("The checkpoint tears round " + state.get(0).round + " apart");
      }
      complete = state;
      asked = 0;
      begun = 0;
      checkpoints++;
    }
  }

  private void fail() {
    failures++;
    attempt++;
    network.clear();
    book.lost(random.nextInt(parallelism));
    if (random.nextBoolean()) {
      book.reset(); // all subtasks, by a global failover
    }
    if (begun != 0) {
      asked = 0;
      begun = 0;
    }
    restore();
  }

  private void restore() {
    subtasks.clear();
    for (int i = 0; i < parallelism; i++) {
      subtasks.add(new Subtask());
    }
    copy(complete).forEach((k, one) -> subtasks.get(k % parallelism).here.put(k, one));
    for (int i = 0; i < parallelism; i++) {
      int index = i;
      send(() -> book.ready(index));
      network.add(() -> book.ready(index)); // this one comes for sure
    }
  }

  private static Map<Integer, Replica> copy(Map<Integer, Replica> some) {
    Map<Integer, Replica> copies = new TreeMap<>();
    some.forEach((k, one) -> copies.put(k, one.copy()));
    return copies;
  }
}
