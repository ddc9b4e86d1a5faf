package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.ReplicaConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.metrics.DeadLetterCounters;
import io.rankstream.schemas.DeadLetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keyed window that turns a skewed stream into class-balanced P×K micro-batches.
 *
 * <p>Labelled images wait as <em>fresh</em> in a short queue of their class. A class is trained
 * once it has {@code batch.min-images} distinct images ({@link Enrolment}). A batch is due after
 * every {@code batch.train-every} images. {@link TrainingQueue} chooses the classes. A class gives
 * its oldest fresh images first, then a random draw from its reservoir, and repeats images only
 * when it has fewer than K in all.
 *
 * <p>No fresh image waits longer than {@code batch.max-wait}. Then the window trains on what it
 * has, if it did not train for that time. Otherwise there are more classes with fresh images than
 * batches have places: the image is kept, and trained on when its class has its turn.
 *
 * <p>Of a frequent class, the images that overflow its queue are not trained on. All images are
 * embedded elsewhere, when they arrive; with each batch the window sends some of those that it
 * keeps there again, in turn. What arrives under the id of an image takes its place.
 *
 * <p>An image that is to be forgotten leaves the window at once, wherever it is.
 *
 * <p>When the input is quiet or has ended, the window trains on the images that it keeps, up to
 * {@code training.passes}.
 *
 * <p>Batches depend only on the order of the input and on the seed, except where a deadline in
 * processing time passes, a class retires, or the input is quiet.
 */
public final class PkWindow extends ImageWindow {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(PkWindow.class);

  private final PkSettings settings;
  private final ReplicaConfig replicas;
  private final OutputTag<ImageInput> embedAgain;
  private final OutputTag<DeadLetter> deadLetters;

  private transient RecentImages recent;
  private transient WindowState state;
  private transient Map<StreamKey, StreamWindow> windows;
  private transient PkEvents events;
  private transient QuietTraining quiet;
  private transient RoundDealer dealer; // null where the models have no replicas
  private transient Map<StreamKey, RoundCounters> rounds;
  private transient WindowMetrics metrics;
  private transient DeadLetterCounters deadLetterCounters;

  /**
   * @param replicas replicas of each model
   * @param embedAgain side output of the kept images to embed again
   * @param deadLetters side output for images of more classes than the model can hold
   */
  PkWindow(
      PkSettings settings,
      ReplicaConfig replicas,
      OutputTag<ImageInput> embedAgain,
      OutputTag<DeadLetter> deadLetters) {
    this.settings = settings;
    this.replicas = replicas;
    this.embedAgain = embedAgain;
    this.deadLetters = deadLetters;
  }

  @Override
  public void open(OpenContext context) {
    recent = new RecentImages(getRuntimeContext(), settings.bounds().repeats());
    state = new WindowState(getRuntimeContext());
    windows = new HashMap<>();
    rounds = new HashMap<>();
    quiet = new QuietTraining(settings.batch().passes());
    if (replicas.replicas() > 1) {
      int keyGroups = getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks();
      dealer = new RoundDealer(replicas, new ReplicaKeys(keyGroups, ReplicaConfig.MOST_REPLICAS));
    }
    events = new PkEvents(getRuntimeContext().getMetricGroup());
    metrics = new WindowMetrics(getRuntimeContext().getMetricGroup());
    deadLetterCounters = new DeadLetterCounters(getRuntimeContext().getMetricGroup());
  }

  @Override
  void forget(String imageId, Context context) throws Exception {
    StreamWindow window = window(context);
    events.forgotten.inc(window.forget(imageId));
    finish(window, context);
  }

  @Override
  void process(AcceptedImage image, Context context, Collector<MicroBatch> out) throws Exception {
    if (recent.isRepeat(image)) {
      events.repeated.inc();
      return;
    }

    long now = time(context);
    StreamWindow window = window(context);
    window.arrive(now);
    if (window.hasRoomFor(image.label())) {
      take(window, image, context);
    } else {
      DeadLetter letter = RejectionReason.tooManyClasses(image.origin(), settings.maxClasses());
      context.output(deadLetters, deadLetterCounters.count(letter));
    }

    if (window.isFullBatchDue()) {
      emit(window.takeFullBatch(now), window, context, out);
    } else {
      finish(window, context);
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<MicroBatch> out)
      throws Exception {
    StreamWindow window = window(context);
    if (context.timeDomain() == TimeDomain.EVENT_TIME) {
      // a checkpoint while a batch is handed on must hold the timer: more is to come
      context.timerService().registerEventTimeTimer(time);
      takeAll(window, context, out);
      trainTheRest(window, context, out);
      endRound(window, context, out);
      context.timerService().deleteEventTimeTimer(time);
      finish(window, context);
      return;
    }

    if (time == window.counters().freshTimer) {
      window.counters().freshTimer = 0;
    }
    boolean passIsDue = quiet.isDue(window, time);
    MicroBatch batch = takeOverdue(window, time);
    if (batch == null && passIsDue) {
      events.passes.inc();
      batch = window.takeFullBatch(time);
    }
    if (batch == null) {
      finish(window, context);
    } else {
      emit(batch, window, context, out);
    }
    endQuietRound(window, time, context, out);
  }

  /** The window of the current stream, read from the state on the first use after a start. */
  private StreamWindow window(Context context) throws Exception {
    StreamKey stream = context.getCurrentKey();
    StreamWindow window = windows.get(stream);
    if (window == null) {
      window = StreamWindow.open(stream, state, recent, settings, events, time(context));
      windows.put(stream, window);
      endReplicas();
      // fires when the input ends; set again after a start, since a savepoint with drain fired it
      context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
    }

    return window;
  }

  /** The replicas that the model had before this start are gone. */
  private void endReplicas() throws Exception {
    RoundCounters before = state.rounds();
    if (dealer == null && before.replicas > 0) {
      before.end();
      state.rounds(before);
    }
  }

  private void take(StreamWindow window, AcceptedImage image, Context context) throws Exception {
    recent.remember(image);
    int replaced = window.replace(image.imageId());
    window.addFresh(image, time(context));
    if (replaced > 0) {
      events.replaced.inc(replaced);
      // The one before may be on its way to be embedded again: this one has to come behind it.
      embedAgain(List.of(image), context);
    }
  }

  /**
   * Takes the images that have waited for {@code batch.max-wait}.
   *
   * @return a batch of them; null when none is due
   */
  private MicroBatch takeOverdue(StreamWindow window, long time) throws Exception {
    long maxWait = settings.batch().maxWait().toMillis();
    long overdue = time - maxWait;
    if (!window.isWaitingSince(overdue)) {
      return null;
    }

    boolean trains =
        window.counters().lastTraining <= overdue && window.canTrainOnImagesSince(overdue);
    MicroBatch batch = trains ? window.takeFreshBatch(time) : null;
    if (window.isWaitingSince(overdue)) {
      window.keepOverdue(overdue + maxWait / 4); // with those that are due soon
    }
    return batch;
  }

  /** Takes all images, since no more will come. */
  private void takeAll(StreamWindow window, Context context, Collector<MicroBatch> out)
      throws Exception {
    window.keepCandidates();
    while (window.canTrainOnImagesSince(Long.MAX_VALUE)) {
      emit(window.takeFreshBatch(time(context)), window, context, out);
    }
    window.keepOverdue(Long.MAX_VALUE); // of the only class
  }

  /** Trains on what is left of the passes, since there will be no quiet time any more. */
  private void trainTheRest(StreamWindow window, Context context, Collector<MicroBatch> out)
      throws Exception {
    if (!settings.batch().passes().atEnd()) { // a savepoint with drain ends the input too
      return;
    }
    if (window.owesPasses()) {
      LOG.info(
          "The input of {} has ended; {} places in batches are left of training.passes. No checkpoint is complete until they are trained",
          context.getCurrentKey().stream(),
          window.counters().placesOwed);
    }
    while (window.owesPasses()) {
      events.passes.inc();
      emit(window.takeFullBatch(time(context)), window, context, out);
    }
  }

  /** Hands a batch on, after all that changes with it: the trainer may take a checkpoint inside. */
  private void emit(
      MicroBatch batch, StreamWindow window, Context context, Collector<MicroBatch> out)
      throws Exception {
    embedAgain(window.nextToRefresh(batch), context);
    finish(window, context);
    if (dealer == null) {
      out.collect(batch);
    } else {
      deal(batch, context, out);
    }
  }

  private void deal(MicroBatch batch, Context context, Collector<MicroBatch> out) throws Exception {
    RoundCounters ofStream = rounds(context);
    dealer.deal(batch, ofStream).forEach(out::collect);
    ofStream.lastBatch = time(context);
    if (ofStream.timer == 0 && ofStream.isOpen(batch.number() + 1)) {
      setRoundTimer(ofStream, context);
    }
    state.rounds(ofStream);
  }

  /** Ends the round for which no batch has come for {@code training.round-wait}. */
  private void endQuietRound(
      StreamWindow window, long time, Context context, Collector<MicroBatch> out) throws Exception {
    if (dealer == null || rounds(context).timer != time) {
      return;
    }

    RoundCounters ofStream = rounds(context);
    ofStream.timer = 0;
    if (ofStream.isOpen(window.counters().batches)) {
      if (ofStream.lastBatch + replicas.roundWait().toMillis() <= time) {
        endRound(window, context, out);
      } else {
        setRoundTimer(ofStream, context);
      }
    }
    state.rounds(ofStream);
  }

  private void endRound(StreamWindow window, Context context, Collector<MicroBatch> out)
      throws Exception {
    if (dealer != null) {
      RoundCounters ofStream = rounds(context);
      dealer
          .close(context.getCurrentKey(), window.counters().batches, ofStream)
          .forEach(out::collect);
      state.rounds(ofStream);
    }
  }

  private void setRoundTimer(RoundCounters ofStream, Context context) {
    ofStream.timer = ofStream.lastBatch + replicas.roundWait().toMillis();
    context.timerService().registerProcessingTimeTimer(ofStream.timer);
  }

  /** The rounds of the current stream, read from the state on the first use after a start. */
  private RoundCounters rounds(Context context) throws Exception {
    RoundCounters ofStream = rounds.get(context.getCurrentKey());
    if (ofStream == null) {
      ofStream = state.rounds();
      rounds.put(context.getCurrentKey(), ofStream);
    }
    return ofStream;
  }

  private void embedAgain(List<AcceptedImage> images, Context context) {
    if (settings.refresh() > 0) {
      images.forEach(image -> context.output(embedAgain, ImageInput.embedAgain(image)));
      events.refreshed.inc(images.size());
    }
  }

  private void finish(StreamWindow window, Context context) throws Exception {
    Deadlines.set(window, context.timerService(), settings.batch().maxWait());
    quiet.setTimer(window, context.timerService());
    window.save();
    metrics.update(
        context.getCurrentKey().stream(), WindowFigures.of(window.table(), window.counters()));
  }

  private static long time(Context context) {
    return context.timerService().currentProcessingTime();
  }
}
