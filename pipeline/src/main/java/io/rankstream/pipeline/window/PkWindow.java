package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.LagPolicy;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.metrics.DeadLetterCounters;
import io.rankstream.schemas.DeadLetter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

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
 * batches have places: the image is embedded now and kept, and trained when its class has its turn.
 *
 * <p>Unlabelled images, and those that overflow the queue of a frequent class, are emitted in
 * batches to embed. When the job lags, {@code window.lag-policy} can send them to the dead letters
 * instead. No accepted image is lost: each is fresh in exactly one batch, except {@linkplain
 * RecentImages repeats}.
 *
 * <p>An image that is to be forgotten leaves the window at once, wherever it is, and its deletion
 * follows the batches that were emitted before.
 *
 * <p>Batches depend only on the order of the input and on the seed, except where a deadline in
 * processing time passes or a class retires.
 */
public final class PkWindow extends ImageWindow {

  private static final long serialVersionUID = 1L;

  private final PkSettings settings;
  private final OutputTag<DeadLetter> deadLetters;

  private transient RecentImages recent;
  private transient WindowState state;
  private transient Map<StreamKey, StreamWindow> windows;
  private transient PkEvents events;
  private transient WindowMetrics metrics;
  private transient DeadLetterCounters deadLetterCounters;

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
    this.settings = new PkSettings(batch, bounds, maxClasses, seed);
    this.deadLetters = deadLetters;
  }

  @Override
  public void open(OpenContext context) {
    recent = new RecentImages(getRuntimeContext(), settings.bounds().repeats());
    state = new WindowState(getRuntimeContext());
    windows = new HashMap<>();
    events = new PkEvents(getRuntimeContext().getMetricGroup());
    metrics = new WindowMetrics(getRuntimeContext().getMetricGroup());
    deadLetterCounters = new DeadLetterCounters(getRuntimeContext().getMetricGroup());
  }

  @Override
  void forget(String imageId, Context context, Collector<MicroBatch> out) throws Exception {
    StreamWindow window = window(context);
    events.forgotten.inc(window.forget(imageId));
    out.collect(MicroBatch.deletion(context.getCurrentKey(), imageId));
    finish(window, context);
  }

  @Override
  void process(AcceptedImage image, Context context, Collector<MicroBatch> out) throws Exception {
    if (recent.isRepeat(image)) {
      events.repeated.inc();
      return;
    }

    long now = context.timerService().currentProcessingTime();
    StreamWindow window = window(context);
    window.arrive(now);
    if (image.isLabeled() && !window.hasRoomFor(image.label())) {
      reject(RejectionReason.tooManyClasses(image.origin(), settings.maxClasses()), context);
    } else {
      recent.remember(image);
      take(window, image, context);
    }

    if (window.isFullBatchDue()) {
      out.collect(window.takeFullBatch(now));
    }
    if (window.counters().embeddingWaiting >= settings.batch().embeddingSize()) {
      out.collect(window.takeEmbeddingBatch());
    }
    finish(window, context);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<MicroBatch> out)
      throws Exception {
    StreamWindow window = window(context);
    WindowCounters counters = window.counters();
    if (context.timeDomain() == TimeDomain.EVENT_TIME) {
      takeAll(window, time(context), out);
    } else {
      if (time == counters.freshTimer) {
        counters.freshTimer = 0;
      }
      takeOverdue(window, time, out);
      if (time == counters.embeddingTimer) {
        counters.embeddingTimer = 0;
      }
      if (window.hasToEmbed(time - settings.batch().maxWait().toMillis())) {
        out.collect(window.takeEmbeddingBatch());
      }
    }
    finish(window, context);
  }

  /** The window of the current stream, read from the state on the first use after a start. */
  private StreamWindow window(Context context) throws Exception {
    StreamKey stream = context.getCurrentKey();
    StreamWindow window = windows.get(stream);
    if (window == null) {
      window = StreamWindow.open(stream, state, recent, settings, events);
      windows.put(stream, window);
      // fires when the input ends; set again after a start, since a savepoint with drain fired it
      context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
    }

    return window;
  }

  private void take(StreamWindow window, AcceptedImage image, Context context) throws Exception {
    if (!image.isLabeled()) {
      passOn(window, new FreshImage(time(context), image), context);
      return;
    }

    Optional<FreshImage> surplus = window.addFresh(image, time(context));
    if (surplus.isPresent()) {
      passOn(window, surplus.get(), context);
      events.surplus.inc();
    }
  }

  /** Takes the images that have waited for {@code batch.max-wait}. */
  private void takeOverdue(StreamWindow window, long time, Collector<MicroBatch> out)
      throws Exception {
    long maxWait = settings.batch().maxWait().toMillis();
    long overdue = time - maxWait;
    if (!window.isWaitingSince(overdue)) {
      return;
    }

    if (window.counters().lastTraining <= overdue && window.canTrainOnImagesSince(overdue)) {
      out.collect(window.takeFreshBatch(time));
    }
    if (window.isWaitingSince(overdue)) {
      // Those that are due soon go along: a batch of its own for each image would be dear.
      window.embedAndKeep(overdue + maxWait / 4);
      out.collect(window.takeEmbeddingBatch());
    }
  }

  /** Takes all images, since no more will come. */
  private static void takeAll(StreamWindow window, long now, Collector<MicroBatch> out)
      throws Exception {
    window.embedAndKeepCandidates();
    while (window.canTrainOnImagesSince(Long.MAX_VALUE)) {
      out.collect(window.takeFreshBatch(now));
    }
    window.embedAndKeep(Long.MAX_VALUE); // of the only class
    if (window.counters().embeddingWaiting > 0) {
      out.collect(window.takeEmbeddingBatch());
    }
  }

  private void finish(StreamWindow window, Context context) throws Exception {
    Deadlines.set(window, context.timerService(), settings.batch().maxWait());
    window.save();
    metrics.update(
        context.getCurrentKey().stream(), WindowFigures.of(window.counters(), window.table()));
  }

  /** Queues an image that no training batch needs for embedding, or sheds it when the job lags. */
  private void passOn(StreamWindow window, FreshImage waiting, Context context) throws Exception {
    AcceptedImage image = waiting.image();
    JobConfig.Window bounds = settings.bounds();
    long age = time(context) - image.origin().timestamp();
    if (bounds.lagPolicy() == LagPolicy.SHED && age > bounds.maxLag().toMillis()) {
      reject(
          RejectionReason.LAG_SHED.letter(
              image.origin(),
              "It is %d s old (window.max-lag = %d s), and no training batch needs it"
                  .formatted(age / 1000, bounds.maxLag().toSeconds())),
          context);
      recent.forget(image.imageId()); // it may be sent again
      events.shed.inc();
    } else {
      window.addForEmbedding(image, waiting.arrival());
    }
  }

  private void reject(DeadLetter letter, Context context) {
    context.output(deadLetters, deadLetterCounters.count(letter));
  }

  private static long time(Context context) {
    return context.timerService().currentProcessingTime();
  }
}
