package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.MicroBatch.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The window of one stream, for as long as the operator works on one element or timer: its
 * counters, its classes in the order of their training, and its images in the keyed state. It keeps
 * images and assembles batches; {@link PkWindow} decides when a batch leaves.
 */
final class StreamWindow {

  private final String stream;
  private final WindowClock clock;
  private final TrainingQueue queue;
  private final WindowState state;
  private final Reservoirs reservoirs;
  private final JobConfig.Batch batch;
  private final PkSettings settings;
  private final PkCounters counters;

  /**
   * @param clock counters of the stream; changed here and stored by {@link #save}
   * @param queue classes of the stream, kept in step with their ledgers
   * @param state state whose current key is the stream
   */
  StreamWindow(
      String stream,
      WindowClock clock,
      TrainingQueue queue,
      WindowState state,
      PkSettings settings,
      PkCounters counters) {
    this.stream = stream;
    this.clock = clock;
    this.queue = queue;
    this.state = state;
    this.reservoirs = new Reservoirs(state, settings.bounds());
    this.batch = settings.batch();
    this.settings = settings;
    this.counters = counters;
  }

  WindowClock clock() {
    return clock;
  }

  /** Stores the counters; everything else is in the state already. */
  void save() throws Exception {
    state.clock(clock);
  }

  /** Whether the class is known, or one more class is allowed. */
  boolean hasRoomFor(String label) throws Exception {
    return clock.classes < settings.maxClasses() || state.ledger(label) != null;
  }

  /** Whether enough images came since the last training batch, and enough classes are ready. */
  boolean isFullBatchDue() {
    return clock.sinceTraining >= batch.trainEvery()
        && clock.readyClasses >= Math.min(batch.classes(), Math.max(2, clock.classes));
  }

  /**
   * Adds a labelled image to the queue of its class.
   *
   * @return the oldest fresh image of the class, when the queue or the memory is full
   */
  Optional<AcceptedImage> addFresh(AcceptedImage image) throws Exception {
    String label = image.label();
    ClassLedger before = state.ledger(label);
    if (before == null) {
      before = ClassLedger.first(clock.classes++);
    }

    state.addFresh(label, before.nextFresh(), image);
    clock.bytes += image.sizeBytes();
    clock.freshWaiting++;
    clock.sinceTraining++;
    update(label, before, before.withFreshAdded());
    makeRoom();
    boolean overflows =
        state.ledger(label).fresh() > settings.bounds().freshPerClass()
            || clock.bytes > settings.bounds().maxBytes();
    return overflows ? Optional.of(takeFresh(label)) : Optional.empty();
  }

  void addForEmbedding(AcceptedImage image) throws Exception {
    state.queueForEmbedding(image);
    clock.bytes += image.sizeBytes();
    clock.embeddingWaiting++;
  }

  /** A training batch of classes that are ready. */
  MicroBatch takeFullBatch() throws Exception {
    return takeTraining(queue.chooseReady());
  }

  /** A training batch of any classes that have images. */
  MicroBatch takeAvailableBatch() throws Exception {
    return takeTraining(queue.chooseAvailable());
  }

  /** A batch of all images that wait to be embedded. */
  MicroBatch takeEmbeddingBatch() throws Exception {
    List<BatchImage> slots = new ArrayList<>(clock.embeddingWaiting);
    for (AcceptedImage image : state.takeEmbeddingQueue()) {
      slots.add(new BatchImage(image, true));
      clock.bytes -= image.sizeBytes();
    }
    clock.embeddingWaiting = 0;
    clock.embeddingDeadline = 0;
    return new MicroBatch(stream, clock.batches++, Purpose.EMBED, slots);
  }

  /**
   * Moves the fresh images of the only class to the embedding queue and its reservoir: a single
   * class has no negatives, so it trains once a second class appears.
   */
  void embedTheOnlyClass() throws Exception {
    String label = state.ledgers().iterator().next().getKey();
    SplittableRandom random = random(label.hashCode());
    while (clock.freshWaiting > 0) {
      AcceptedImage image = takeFresh(label);
      addForEmbedding(image);
      ClassLedger ledger = state.ledger(label);
      update(label, ledger, reservoirs.offer(clock, ledger, image, random));
    }
    clock.sinceTraining = 0;
  }

  private MicroBatch takeTraining(List<String> labels) throws Exception {
    List<BatchImage> slots = new ArrayList<>(batch.classes() * batch.imagesPerClass());
    for (String label : labels) {
      slots.addAll(takeGroup(label));
    }
    clock.sinceTraining = 0;
    clock.trainingDeadline = 0;
    return new MicroBatch(stream, clock.batches++, Purpose.TRAIN, slots);
  }

  /** K images of a class: first fresh ones, then replayed ones, then repeats. */
  private List<BatchImage> takeGroup(String label) throws Exception {
    int size = batch.imagesPerClass();
    SplittableRandom random = random(label.hashCode());
    List<BatchImage> group = new ArrayList<>(size);
    while (group.size() < size && state.ledger(label).fresh() > 0) {
      group.add(new BatchImage(takeFresh(label), true));
    }

    int fresh = group.size();
    for (AcceptedImage image : reservoirs.draw(label, state.ledger(label), size - fresh, random)) {
      group.add(new BatchImage(image, false));
    }
    for (int i = 0; group.size() < size; i++) {
      group.add(new BatchImage(group.get(i).image(), false));
    }
    counters.replayed.inc(size - fresh);

    ClassLedger before = state.ledger(label);
    ClassLedger after = before.withTraining(clock.turns++);
    for (BatchImage slot : group.subList(0, fresh)) {
      after = reservoirs.offer(clock, after, slot.image(), random);
    }
    update(label, before, after);
    return group;
  }

  /** Takes the oldest fresh image of a class out of its queue. */
  private AcceptedImage takeFresh(String label) throws Exception {
    ClassLedger ledger = state.ledger(label);
    AcceptedImage image = state.takeFresh(label, ledger.firstFresh());
    clock.bytes -= image.sizeBytes();
    clock.freshWaiting--;
    update(label, ledger, ledger.withFreshTaken());
    return image;
  }

  /** Evicts reservoir entries until the window is within its bound, or no entry is left. */
  private void makeRoom() throws Exception {
    while (clock.bytes > settings.bounds().maxBytes()) {
      String label = reservoirs.evictOldest(clock);
      if (label == null) {
        break;
      }

      counters.evicted.inc();
      ClassLedger after = state.ledger(label);
      recount(label, after.withReservoir(after.kept() + 1, after.seen()), after);
    }
  }

  private void update(String label, ClassLedger before, ClassLedger after) throws Exception {
    state.ledger(label, after);
    recount(label, before, after);
  }

  private void recount(String label, ClassLedger before, ClassLedger after) {
    queue.update(label, before, after);
    int size = batch.imagesPerClass();
    clock.kept += after.kept() - before.kept();
    clock.readyClasses += (after.isReady(size) ? 1 : 0) - (before.isReady(size) ? 1 : 0);
  }

  /** The seed comes from counters in the state, so a replay after a crash draws the same. */
  private SplittableRandom random(int salt) {
    return new SplittableRandom(settings.seed() * 0x9E3779B97F4A7C15L + clock.batches * 31 + salt);
  }
}
