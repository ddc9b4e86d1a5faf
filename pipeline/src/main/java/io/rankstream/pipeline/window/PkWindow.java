package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.LagPolicy;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.metrics.DeadLetterCounters;
import io.rankstream.schemas.DeadLetter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * The keyed window that turns a skewed stream into class-balanced P×K micro-batches.
 *
 * <p>Labelled images wait as <em>fresh</em> in a short queue of their class. A batch is due after
 * every {@code batch.train-every} of them. It is emitted as soon as P classes (all classes, if
 * fewer are known) have K distinct images each, counting the reservoirs of images trained before,
 * or when the window has been open for {@code batch.max-wait}. {@link TrainingQueue} chooses the
 * classes. A class gives its oldest fresh images first, then a random draw from its reservoir, and
 * repeats images only when it has fewer than K in all.
 *
 * <p>Unlabelled images, and those that overflow the queue of a frequent class, are emitted in
 * batches to embed. When the job lags, {@code window.lag-policy} can send them to the dead letters
 * instead. No accepted image is lost: each is fresh in exactly one batch, except {@linkplain
 * RecentImages repeats}.
 *
 * <p>Batches depend only on the order of the input and on the seed, except where a deadline in
 * processing time passes.
 */
public final class PkWindow extends KeyedProcessFunction<String, AcceptedImage, MicroBatch> {

  private static final long serialVersionUID = 1L;

  private final PkSettings settings;
  private final OutputTag<DeadLetter> deadLetters;

  private transient RecentImages recent;
  private transient WindowState state;
  private transient Map<String, TrainingQueue> queues; // by stream
  private transient PkCounters counters;
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
    queues = new HashMap<>();
    counters = new PkCounters(getRuntimeContext().getMetricGroup());
    metrics = new WindowMetrics(getRuntimeContext().getMetricGroup());
    deadLetterCounters = new DeadLetterCounters(getRuntimeContext().getMetricGroup());
  }

  @Override
  public void processElement(AcceptedImage image, Context context, Collector<MicroBatch> out)
      throws Exception {
    if (recent.isRepeat(image)) {
      counters.repeated.inc();
      return;
    }

    StreamWindow window = window(context);
    if (!image.isLabeled()) {
      passOn(window, image, context);
    } else if (!window.hasRoomFor(image.label())) {
      reject(RejectionReason.tooManyClasses(image.origin(), settings.maxClasses()), context);
    } else {
      Optional<AcceptedImage> surplus = window.addFresh(image);
      if (surplus.isPresent()) {
        passOn(window, surplus.get(), context);
        counters.surplus.inc();
      }
      if (window.isFullBatchDue()) {
        out.collect(window.takeFullBatch());
      }
    }

    if (window.clock().embeddingWaiting >= settings.batch().embeddingSize()) {
      out.collect(window.takeEmbeddingBatch());
    }
    finish(window, context);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<MicroBatch> out)
      throws Exception {
    StreamWindow window = window(context);
    WindowClock clock = window.clock();
    boolean inputEnded = context.timeDomain() == TimeDomain.EVENT_TIME;
    if (inputEnded || time == clock.trainingDeadline) {
      clock.trainingDeadline = 0;
      do {
        trainOnAvailable(window, out);
      } while (inputEnded && clock.freshWaiting > 0);
    }
    if ((inputEnded || time == clock.embeddingDeadline) && clock.embeddingWaiting > 0) {
      out.collect(window.takeEmbeddingBatch());
    }
    finish(window, context);
  }

  /** The window of the current stream; a new stream gets a timer for the end of the input. */
  private StreamWindow window(Context context) throws Exception {
    String stream = context.getCurrentKey();
    WindowClock clock = state.clock();
    if (clock == null) {
      clock = new WindowClock();
      context.timerService().registerEventTimeTimer(Long.MAX_VALUE); // fires when the input ends
    }

    return new StreamWindow(stream, clock, queueOf(stream), state, settings, counters);
  }

  /** The classes of a stream in order; built from the ledgers on the first use after a start. */
  private TrainingQueue queueOf(String stream) throws Exception {
    TrainingQueue known = queues.get(stream);
    if (known == null) {
      known = new TrainingQueue(settings.batch(), state.ledgers());
      queues.put(stream, known);
    }

    return known;
  }

  private void finish(StreamWindow window, Context context) throws Exception {
    Deadlines.set(window.clock(), context.timerService(), settings.batch().maxWait());
    window.save();
    metrics.update(context.getCurrentKey(), window.clock());
  }

  /** Queues an image that no training batch needs for embedding, or sheds it when the job lags. */
  private void passOn(StreamWindow window, AcceptedImage image, Context context) throws Exception {
    JobConfig.Window bounds = settings.bounds();
    long age = context.timerService().currentProcessingTime() - image.origin().timestamp();
    if (bounds.lagPolicy() == LagPolicy.SHED && age > bounds.maxLag().toMillis()) {
      reject(
          RejectionReason.LAG_SHED.letter(
              image.origin(),
              "It is %d s old (window.max-lag = %d s), and no training batch needs it"
                  .formatted(age / 1000, bounds.maxLag().toSeconds())),
          context);
      counters.shed.inc();
    } else {
      window.addForEmbedding(image);
    }
  }

  private void reject(DeadLetter letter, Context context) {
    context.output(deadLetters, deadLetterCounters.count(letter));
  }

  private static void trainOnAvailable(StreamWindow window, Collector<MicroBatch> out)
      throws Exception {
    if (window.clock().freshWaiting == 0) {
      return;
    }
    if (window.clock().classes >= 2) {
      out.collect(window.takeAvailableBatch());
    } else {
      window.embedTheOnlyClass();
    }
  }
}
