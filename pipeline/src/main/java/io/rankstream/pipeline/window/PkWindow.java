package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.LagPolicy;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.MicroBatch.Purpose;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.metrics.DeadLetterCounters;
import io.rankstream.schemas.DeadLetter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * The keyed window that turns a skewed stream into class-balanced P×K micro-batches.
 *
 * <p>Labelled images wait as <em>fresh</em> in a short queue of their class. Every {@code
 * batch.train-every} of them a batch is due. It is emitted as soon as P classes (all classes, where
 * fewer are known) have K distinct images each, counting the reservoirs of images trained before,
 * or when the window has been open for {@code batch.max-wait}. Which classes go in is {@link
 * ClassChooser}'s choice; a class gives its oldest fresh images first, then a random draw from its
 * reservoir, and repeats images only when it has fewer than K in all.
 *
 * <p>Unlabelled images, and those that overflow the queue of a frequent class, are emitted in
 * batches to embed, or go to the dead letters where the job lags behind and {@code
 * window.lag-policy} says so. No accepted image is lost: each is in exactly one batch as fresh, but
 * for {@linkplain RecentImages repeats}.
 *
 * <p>Batches depend on the order of the input and on the seed alone, except where a deadline in
 * processing time cuts in.
 */
public final class PkWindow extends KeyedProcessFunction<String, AcceptedImage, MicroBatch> {

  private static final long serialVersionUID = 1L;

  private final JobConfig.Batch batch;
  private final JobConfig.Window bounds;
  private final int maxClasses;
  private final long seed;
  private final OutputTag<DeadLetter> deadLetters;

  private transient RecentImages recent;
  private transient WindowState state;
  private transient Reservoirs reservoirs;
  private transient ClassChooser chooser;
  private transient Map<String, TrainingQueue> queues; // by stream
  private transient TrainingQueue queue; // of the stream at hand
  private transient Counter repeated;
  private transient Counter shed;
  private transient Counter surplus;
  private transient Counter replayed;
  private transient Counter evicted;
  private transient WindowMetrics fill;
  private transient DeadLetterCounters letters;

  /**
   * @param batch shape and pace of the batches
   * @param bounds bounds of the images that the window keeps
   * @param maxClasses capacity of the model
   * @param seed seed of the draws from the reservoirs
   * @param deadLetters side output for images of more classes than the model can hold
   */
  public PkWindow(
      JobConfig.Batch batch,
      JobConfig.Window bounds,
      int maxClasses,
      long seed,
      OutputTag<DeadLetter> deadLetters) {
    this.batch = batch;
    this.bounds = bounds;
    this.maxClasses = maxClasses;
    this.seed = seed;
    this.deadLetters = deadLetters;
  }

  @Override
  public void open(OpenContext context) {
    recent = new RecentImages(getRuntimeContext(), bounds.repeats());
    state = new WindowState(getRuntimeContext());
    reservoirs = new Reservoirs(state, bounds);
    chooser = new ClassChooser(batch.classes(), batch.freshClasses());
    queues = new HashMap<>();
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    repeated = metrics.counter("numImagesRepeated");
    shed = metrics.counter("numImagesShed");
    surplus = metrics.counter("numImagesSurplus");
    replayed = metrics.counter("numImagesReplayed");
    evicted = metrics.counter("numReservoirEvictions");
    fill = new WindowMetrics(metrics);
    letters = new DeadLetterCounters(metrics);
  }

  @Override
  public void processElement(AcceptedImage image, Context context, Collector<MicroBatch> out)
      throws Exception {
    if (recent.isRepeat(image)) {
      repeated.inc();
      return;
    }

    WindowClock clock = state.clock();
    String stream = context.getCurrentKey();
    queue = queueOf(stream);
    TimerService timers = context.timerService();
    if (clock.batches == 0 && clock.classes == 0) {
      timers.registerEventTimeTimer(Long.MAX_VALUE); // fires when the input ends
    }

    if (!image.isLabeled()) {
      passOn(clock, image, context);
    } else if (state.ledger(image.label()) == null && clock.classes >= maxClasses) {
      context.output(
          deadLetters, letters.count(RejectionReason.tooManyClasses(image.origin(), maxClasses)));
    } else {
      addFresh(clock, image, context);
      if (clock.sinceTraining >= batch.trainEvery() && isFullBatchReady(clock)) {
        emitTraining(stream, clock, queue.chooseReady(chooser), out);
      }
    }

    if (clock.embeddingWaiting >= batch.embeddingSize()) {
      emitEmbedding(stream, clock, out);
    }
    Deadlines.set(clock, timers, batch.maxWait());
    state.clock(clock);
    fill.update(stream, clock);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<MicroBatch> out)
      throws Exception {
    WindowClock clock = state.clock();
    String stream = context.getCurrentKey();
    queue = queueOf(stream);
    boolean inputEnded = context.timeDomain() == TimeDomain.EVENT_TIME;
    if (inputEnded || time == clock.trainingDeadline) {
      clock.trainingDeadline = 0;
      do {
        trainOnWhatIsHere(stream, clock, out);
      } while (inputEnded && clock.freshWaiting > 0);
    }
    if (inputEnded || time == clock.embeddingDeadline) {
      emitEmbedding(stream, clock, out);
    }

    Deadlines.set(clock, context.timerService(), batch.maxWait());
    state.clock(clock);
    fill.update(stream, clock);
  }

  /** The classes of a stream in order; made from the ledgers on the first use after a start. */
  private TrainingQueue queueOf(String stream) throws Exception {
    TrainingQueue known = queues.get(stream);
    if (known == null) {
      known = new TrainingQueue(state.ledgers(), batch.imagesPerClass());
      queues.put(stream, known);
    }

    return known;
  }

  private void addFresh(WindowClock clock, AcceptedImage image, Context context) throws Exception {
    String label = image.label();
    ClassLedger before = state.ledger(label);
    if (before == null) {
      before = ClassLedger.first(clock.classes++);
    }

    state.addFresh(label, before.nextFresh(), image);
    clock.bytes += image.sizeBytes();
    clock.freshWaiting++;
    clock.sinceTraining++;
    update(clock, label, before, before.withFreshAdded());
    makeRoom(clock);
    ClassLedger after = state.ledger(label);
    if (after.fresh() > bounds.freshPerClass() || clock.bytes > bounds.maxBytes()) {
      passOn(clock, takeFresh(clock, label), context);
      surplus.inc();
    }
  }

  private void makeRoom(WindowClock clock) throws Exception {
    while (clock.bytes > bounds.maxBytes()) {
      String label = reservoirs.evictOldest(clock);
      if (label == null) {
        break;
      }

      evicted.inc();
      ClassLedger after = state.ledger(label);
      recount(clock, label, after.withReservoir(after.kept() + 1, after.seen()), after);
    }
  }

  /** Takes the oldest fresh image of a class out of its queue. */
  private AcceptedImage takeFresh(WindowClock clock, String label) throws Exception {
    ClassLedger ledger = state.ledger(label);
    AcceptedImage image = state.takeFresh(label, ledger.firstFresh());
    clock.bytes -= image.sizeBytes();
    clock.freshWaiting--;
    update(clock, label, ledger, ledger.withFreshTaken());
    return image;
  }

  /** What becomes of an image that no training batch needs. */
  private void passOn(WindowClock clock, AcceptedImage image, Context context) throws Exception {
    long age = context.timerService().currentProcessingTime() - image.origin().timestamp();
    if (bounds.lagPolicy() == LagPolicy.SHED && age > bounds.maxLag().toMillis()) {
      context.output(
          deadLetters,
          letters.count(
              RejectionReason.LAG_SHED.letter(
                  image.origin(),
                  "It is %d s old (window.max-lag = %d s), and no training batch needs it"
                      .formatted(age / 1000, bounds.maxLag().toSeconds()))));
      shed.inc();
    } else {
      queueForEmbedding(clock, image);
    }
  }

  private void queueForEmbedding(WindowClock clock, AcceptedImage image) throws Exception {
    state.queueForEmbedding(image);
    clock.bytes += image.sizeBytes();
    clock.embeddingWaiting++;
  }

  private boolean isFullBatchReady(WindowClock clock) {
    return clock.readyClasses >= Math.min(batch.classes(), Math.max(2, clock.classes));
  }

  private void trainOnWhatIsHere(String stream, WindowClock clock, Collector<MicroBatch> out)
      throws Exception {
    if (clock.freshWaiting == 0) {
      return;
    }
    if (clock.classes >= 2) {
      emitTraining(stream, clock, queue.chooseAvailable(chooser), out);
    } else {
      embedTheOnlyClass(clock);
    }
  }

  /**
   * One class alone gives no negatives: its images are embedded now and kept for the day that a
   * second appears.
   */
  private void embedTheOnlyClass(WindowClock clock) throws Exception {
    String label = state.ledgers().iterator().next().getKey();
    SplittableRandom random = random(clock, label.hashCode());
    while (clock.freshWaiting > 0) {
      AcceptedImage image = takeFresh(clock, label);
      queueForEmbedding(clock, image);
      ClassLedger ledger = state.ledger(label);
      update(clock, label, ledger, reservoirs.offer(clock, ledger, image, random));
    }
    clock.sinceTraining = 0;
  }

  private void emitTraining(
      String stream, WindowClock clock, List<String> labels, Collector<MicroBatch> out)
      throws Exception {
    List<BatchImage> slots = new ArrayList<>(batch.classes() * batch.imagesPerClass());
    for (String label : labels) {
      slots.addAll(takeGroup(clock, label));
    }
    out.collect(new MicroBatch(stream, clock.batches++, Purpose.TRAIN, slots));
    clock.sinceTraining = 0;
    clock.trainingDeadline = 0;
  }

  /** K images of a class: fresh ones, then replayed ones, then repeats. */
  private List<BatchImage> takeGroup(WindowClock clock, String label) throws Exception {
    int size = batch.imagesPerClass();
    SplittableRandom random = random(clock, label.hashCode());
    List<BatchImage> group = new ArrayList<>(size);
    while (group.size() < size && state.ledger(label).fresh() > 0) {
      group.add(new BatchImage(takeFresh(clock, label), true));
    }

    int fresh = group.size();
    for (AcceptedImage image : reservoirs.draw(label, state.ledger(label), size - fresh, random)) {
      group.add(new BatchImage(image, false));
    }
    for (int i = 0; group.size() < size; i++) {
      group.add(new BatchImage(group.get(i).image(), false));
    }
    replayed.inc(size - fresh);

    ClassLedger before = state.ledger(label);
    ClassLedger after = before.withTraining(clock.turns++);
    for (BatchImage slot : group.subList(0, fresh)) {
      after = reservoirs.offer(clock, after, slot.image(), random);
    }
    update(clock, label, before, after);
    return group;
  }

  private void emitEmbedding(String stream, WindowClock clock, Collector<MicroBatch> out)
      throws Exception {
    if (clock.embeddingWaiting == 0) {
      return;
    }

    List<BatchImage> slots = new ArrayList<>(clock.embeddingWaiting);
    for (AcceptedImage image : state.takeEmbeddingQueue()) {
      slots.add(new BatchImage(image, true));
      clock.bytes -= image.sizeBytes();
    }
    out.collect(new MicroBatch(stream, clock.batches++, Purpose.EMBED, slots));
    clock.embeddingWaiting = 0;
    clock.embeddingDeadline = 0;
  }

  private void update(WindowClock clock, String label, ClassLedger before, ClassLedger after)
      throws Exception {
    state.ledger(label, after);
    recount(clock, label, before, after);
  }

  private void recount(WindowClock clock, String label, ClassLedger before, ClassLedger after) {
    queue.update(label, before, after);
    int size = batch.imagesPerClass();
    clock.kept += after.kept() - before.kept();
    clock.readyClasses += (after.isReady(size) ? 1 : 0) - (before.isReady(size) ? 1 : 0);
  }

  /**
   * Randomness that a replay after a crash draws again: it comes from counters that are in the
   * state.
   */
  private SplittableRandom random(WindowClock clock, int salt) {
    return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + clock.batches * 31 + salt);
  }
}
