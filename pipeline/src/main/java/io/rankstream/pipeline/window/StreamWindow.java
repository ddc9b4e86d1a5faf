package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The window of one stream: its counters, the table of its classes, and its images in the keyed
 * state. It lives as long as the operator, and is used only while its stream is the current key. It
 * keeps images and assembles batches; {@link PkWindow} decides when a batch leaves.
 */
final class StreamWindow {

  private final StreamKey stream;
  private final WindowCounters counters;
  private final ClassTable table;
  private final WindowState state;
  private final RecentImages recent;
  private final PkSettings settings;
  private final PkEvents events;
  private final JobConfig.Batch batch;
  private final ImageIndex index;
  private final FreshQueues fresh;
  private final Reservoirs reservoirs;
  private final Retirement retirement;
  private final MemoryBound memory;
  private final Enrolment enrolment;
  private final StreamAge age;
  private final Draws draws;
  private final PassBudget passes;
  private final long opened;

  /**
   * @param counters counters of the stream; changed here and stored by {@link #save}
   * @param table classes of the stream; the same
   * @param enrolment labels of the stream that training may take
   * @param state state whose current key is the stream
   * @param recent the same, of the images that would be repeats
   * @param opened processing time
   */
  StreamWindow(
      StreamKey stream,
      WindowCounters counters,
      ClassTable table,
      Enrolment enrolment,
      WindowState state,
      RecentImages recent,
      PkSettings settings,
      PkEvents events,
      long opened) {
    this.stream = stream;
    this.counters = counters;
    this.table = table;
    this.state = state;
    this.recent = recent;
    this.settings = settings;
    this.events = events;
    this.enrolment = enrolment;
    batch = settings.batch();
    index = new ImageIndex(state);
    fresh = new FreshQueues(state, table, index);
    reservoirs = new Reservoirs(state, table, index, settings.bounds());
    age = new StreamAge(settings.bounds().classTtl());
    draws = new Draws(settings.seed(), counters);
    retirement = new Retirement(age, counters, table, fresh, reservoirs, events);
    passes = new PassBudget(batch.passes().passes(), counters, table);
    this.opened = opened;
    memory = new MemoryBound(settings, table, reservoirs, retirement, draws, events);
  }

  /** Reads the window of the current stream from the state. */
  static StreamWindow open(
      StreamKey stream,
      WindowState state,
      RecentImages recent,
      PkSettings settings,
      PkEvents events,
      long now)
      throws Exception {
    ClassTable table = new ClassTable(settings.batch(), state);
    Enrolment enrolment = new Enrolment(settings, table, state);
    return new StreamWindow(
        stream, state.counters(), table, enrolment, state, recent, settings, events, now);
  }

  WindowCounters counters() {
    return counters;
  }

  ClassTable table() {
    return table;
  }

  /** Processing time at which the window was first used since the last start. */
  long opened() {
    return opened;
  }

  /** Whether batches of kept images are left to train on. */
  boolean owesPasses() {
    return passes.isLeft();
  }

  /** Stores the counters and the ledgers; the images are in the state already. */
  void save() throws Exception {
    table.save(state);
    state.counters(counters);
  }

  /** Moves the time of the stream on to an image, and retires the classes that were silent. */
  void arrive(long now) throws Exception {
    age.arrive(counters, now);
    retirement.retireSilent();
  }

  /** Whether the model knows the label or has room for it. */
  boolean hasRoomFor(String label) throws Exception {
    return enrolment.hasRoomFor(label);
  }

  /** Whether enough images came since the last training batch, and enough classes are ready. */
  boolean isFullBatchDue() {
    return counters.sinceTraining >= batch.trainEvery() && table.queue().ready() >= classesNeeded();
  }

  /**
   * Takes the images with an id out: what comes under the same id takes their place.
   *
   * @return images that were taken out
   */
  int replace(String imageId) throws Exception {
    int replaced = 0;
    for (String label : index.labels(imageId)) {
      int ofLabel = fresh.forget(label, imageId) + reservoirs.forget(label, imageId);
      table.put(label, table.ledger(label).withTakenOut(ofLabel));
      replaced += ofLabel;
    }
    return replaced;
  }

  /**
   * Adds an image to the queue of its class. When the queue or the memory is full, the oldest fresh
   * image of the class leaves, and is not trained on.
   */
  void addFresh(AcceptedImage image, long now) throws Exception {
    String label = image.label();
    if (table.ledger(label) == null) {
      table.put(label, ClassLedger.first(counters.nextOrdinal++));
    }

    fresh.add(image, now, age.seen(counters));
    passes.grow();
    counters.sinceTraining++;
    enrolment.update(label);
    if (!memory.makeRoom(label)) {
      events.withoutRoom.inc();
    }
    while (table.ledger(label).fresh() > settings.bounds().freshPerClass()
        || (memory.isOver() && table.ledger(label).fresh() > 0)) {
      fresh.take(label, 1);
      events.surplus.inc();
    }
  }

  /** A training batch that is due. */
  MicroBatch takeFullBatch(long now) throws Exception {
    counters.balance = table.queue().balance(counters.balance);
    return takeTraining(table.queue().choose(counters.balance, draws.forClasses()), now);
  }

  /** Whether a class has a fresh image that arrived at a time or before it. */
  boolean isWaitingSince(long arrival) {
    return table.oldestFresh() != null && table.oldestFresh().rank() <= arrival;
  }

  /** Whether training could take a fresh image that arrived at a time or before it. */
  boolean canTrainOnImagesSince(long arrival) {
    return table.queue().ready() >= 2
        && table.waitingSince(arrival).stream().anyMatch(label -> table.ledger(label).enrolled());
  }

  /** A training batch of the classes with fresh images, filled up with others. */
  MicroBatch takeFreshBatch(long now) throws Exception {
    return takeTraining(table.queue().chooseFreshFirst(draws.forClasses()), now);
  }

  /** Keeps the fresh images of the classes that have waited since a time for later batches. */
  void keepOverdue(long arrival) throws Exception {
    for (String label : table.waitingSince(arrival)) {
      keepOverdue(label);
    }
  }

  /** The same for the classes that training cannot take. */
  void keepCandidates() throws Exception {
    for (String label : table.waitingSince(Long.MAX_VALUE)) {
      if (!table.ledger(label).enrolled()) {
        keepOverdue(label);
      }
    }
  }

  /** The kept images of the classes in a batch whose turn it is to be embedded again. */
  List<AcceptedImage> nextToRefresh(MicroBatch trained) throws Exception {
    Set<String> labels = new LinkedHashSet<>();
    trained.images().forEach(slot -> labels.add(slot.image().label()));
    List<AcceptedImage> images = new ArrayList<>(settings.refresh());
    int classes = labels.size();
    for (String label : labels) {
      images.addAll(reservoirs.next(label, (settings.refresh() - images.size()) / classes--));
    }
    return images;
  }

  /**
   * Removes the images with an id from the window, and from those that are known as repeats. It
   * looks at the images of their classes.
   *
   * @return images that were removed
   */
  int forget(String imageId) throws Exception {
    recent.forget(imageId);
    return replace(imageId);
  }

  /**
   * Before the first batch, a new stream waits for P classes, or for all if there are fewer, so
   * that the model does not start on two of many. Later a batch takes what is ready: a label that
   * comes once must not hold up the others.
   */
  private int classesNeeded() {
    return counters.turns > 0 ? 2 : Math.min(batch.classes(), Math.max(2, table.classes()));
  }

  private MicroBatch takeTraining(List<String> labels, long now) throws Exception {
    List<BatchImage> slots = new ArrayList<>(batch.classes() * batch.imagesPerClass());
    Map<String, Integer> groups = new LinkedHashMap<>();
    labels.forEach(label -> groups.merge(label, batch.imagesPerClass(), Integer::sum));
    for (Map.Entry<String, Integer> group : groups.entrySet()) {
      slots.addAll(takeGroup(group.getKey(), group.getValue()));
    }
    passes.spend(slots.size());
    counters.sinceTraining = 0;
    counters.lastTraining = now;
    return new MicroBatch(stream, counters.batches++, slots);
  }

  /** Images of a class: first fresh ones, then replayed ones, then repeats. */
  private List<BatchImage> takeGroup(String label, int size) throws Exception {
    reservoirs.shrink(label, settings.bounds().reservoirPerClass());
    List<AcceptedImage> freshImages =
        fresh.take(label, size).stream().map(FreshImage::image).toList();
    SplittableRandom random = draws.forBatch(label);
    List<BatchImage> group = new ArrayList<>(size);
    freshImages.forEach(image -> group.add(new BatchImage(image, true)));
    reservoirs
        .draw(label, size - freshImages.size(), random)
        .forEach(image -> group.add(new BatchImage(image, false)));
    for (int i = 0; group.size() < size; i++) {
      group.add(new BatchImage(group.get(i).image(), false));
    }
    events.replayed.inc(size - freshImages.size());

    keep(freshImages, random);
    table.put(label, table.ledger(label).withTraining(counters.turns++, size));
    return group;
  }

  private void keepOverdue(String label) throws Exception {
    List<FreshImage> images = fresh.take(label, Integer.MAX_VALUE);
    keep(images.stream().map(FreshImage::image).toList(), draws.forBatch(label));
    events.overdue.inc(images.size());
  }

  private void keep(List<AcceptedImage> images, SplittableRandom random) throws Exception {
    for (AcceptedImage image : images) {
      reservoirs.offer(image, memory.capacity(image.label(), image.sizeBytes()), random);
    }
  }
}
