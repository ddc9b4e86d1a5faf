package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.metrics.DeadLetterCounters;
import io.rankstream.schemas.DeadLetter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Emits the images in the order of arrival, P·K to a batch: the baseline for {@link PkWindow}. A
 * batch that is not full after {@code batch.max-wait} is emitted as it is. Images of more classes
 * than the model holds go to the dead letters.
 */
public final class NaturalWindow extends ImageWindow {

  private static final long serialVersionUID = 1L;

  private final JobConfig.Batch batch;
  private final JobConfig.Repeats repeats;
  private final int maxClasses;
  private final OutputTag<DeadLetter> deadLetters;

  private transient RecentImages recent;
  private transient Counter repeated;
  private transient Counter forgotten;
  private transient ListState<AcceptedImage> labeled;
  private transient ValueState<NaturalCounters> allCounters;
  private transient MapState<String, Boolean> classes;
  private transient Set<StreamKey> awaited; // streams that have the timer for the end of the input
  private transient WindowMetrics metrics;
  private transient DeadLetterCounters deadLetterCounters;

  /**
   * @param batch size and pace of the batches
   * @param repeats definition of a repeat, which is skipped
   * @param maxClasses classes that the model can hold
   * @param deadLetters side output for images of more classes than that
   */
  public NaturalWindow(
      JobConfig.Batch batch,
      JobConfig.Repeats repeats,
      int maxClasses,
      OutputTag<DeadLetter> deadLetters) {
    this.batch = batch;
    this.repeats = repeats;
    this.maxClasses = maxClasses;
    this.deadLetters = deadLetters;
  }

  @Override
  public void open(OpenContext context) {
    recent = new RecentImages(getRuntimeContext(), repeats);
    repeated = getRuntimeContext().getMetricGroup().counter("numImagesRepeated");
    forgotten = getRuntimeContext().getMetricGroup().counter("numImagesForgotten");
    metrics = new WindowMetrics(getRuntimeContext().getMetricGroup());
    deadLetterCounters = new DeadLetterCounters(getRuntimeContext().getMetricGroup());
    SharedSerializer<AcceptedImage> image =
        WindowState.shared(getRuntimeContext(), AcceptedImage.class);
    labeled = getRuntimeContext().getListState(new ListStateDescriptor<>("labeled", image));
    allCounters =
        getRuntimeContext()
            .getState(
                new ValueStateDescriptor<>("counters", TypeInformation.of(NaturalCounters.class)));
    classes =
        getRuntimeContext()
            .getMapState(new MapStateDescriptor<>("classes", Types.STRING, Types.BOOLEAN));
    awaited = new HashSet<>();
  }

  @Override
  void forget(String imageId, Context context) throws Exception {
    recent.forget(imageId);
    NaturalCounters counters = allCounters.value();
    if (counters != null) { // else nothing came yet
      int stay = keepOthers(labeled, counters.labeledWaiting, imageId);
      if (stay < counters.labeledWaiting) {
        forgotten.inc(counters.labeledWaiting - stay);
        counters.labeledWaiting = stay;
        allCounters.update(counters);
        metrics.update(context.getCurrentKey().stream(), figures(counters));
      }
    }
  }

  /**
   * Takes the images with an id out of a list, which is written only if it has any.
   *
   * @param size number of images in the list
   * @return how many stay
   */
  private static int keepOthers(ListState<AcceptedImage> waiting, int size, String imageId)
      throws Exception {
    if (size == 0) {
      return 0;
    }

    List<AcceptedImage> others = new ArrayList<>(size);
    for (AcceptedImage image : waiting.get()) {
      if (!image.imageId().equals(imageId)) {
        others.add(image);
      }
    }
    if (others.size() < size) {
      waiting.update(others);
    }
    return others.size();
  }

  @Override
  void process(AcceptedImage image, Context context, Collector<MicroBatch> out) throws Exception {
    if (recent.isRepeat(image)) {
      repeated.inc();
      return;
    }

    NaturalCounters counters = counters(context);
    if (isKnown(counters, image.label())) {
      recent.remember(image);
      labeled.add(image);
      counters.labeledWaiting++;
    } else {
      context.output(
          deadLetters,
          deadLetterCounters.count(RejectionReason.tooManyClasses(image.origin(), maxClasses)));
    }
    List<BatchImage> slots = counters.labeledWaiting == batch.size() ? take(counters) : List.of();
    setDeadline(counters, context.timerService());
    emit(slots, counters, context, out);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<MicroBatch> out)
      throws Exception {
    NaturalCounters counters = allCounters.value();
    boolean inputEnded = context.timeDomain() == TimeDomain.EVENT_TIME;
    boolean isDue = inputEnded || time == counters.labeledDeadline;
    emit(isDue ? take(counters) : List.of(), counters, context, out);
  }

  private NaturalCounters counters(Context context) throws Exception {
    if (awaited.add(context.getCurrentKey())) {
      // fires when the input ends; set again after a start, since a savepoint with drain fired it
      context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
    }
    NaturalCounters counters = allCounters.value();
    return counters == null ? new NaturalCounters() : counters;
  }

  private void setDeadline(NaturalCounters counters, TimerService timers) {
    if (counters.labeledWaiting > 0 && counters.labeledDeadline == 0) {
      counters.labeledDeadline = timers.currentProcessingTime() + batch.maxWait().toMillis();
      timers.registerProcessingTimeTimer(counters.labeledDeadline);
    }
  }

  /** Whether the model knows the class or has room for it. */
  private boolean isKnown(NaturalCounters counters, String label) throws Exception {
    if (classes.contains(label)) {
      return true;
    }
    if (counters.classes >= maxClasses) {
      return false;
    }

    classes.put(label, true);
    counters.classes++;
    return true;
  }

  private static WindowFigures figures(NaturalCounters counters) {
    return new WindowFigures(counters.labeledWaiting, counters.classes, 0, 0, 0, 0, 0, 0, 1);
  }

  /** Takes all images that wait. */
  private List<BatchImage> take(NaturalCounters counters) throws Exception {
    List<BatchImage> slots = new ArrayList<>();
    labeled.get().forEach(image -> slots.add(new BatchImage(image, true)));
    labeled.clear();
    counters.labeledWaiting = 0;
    counters.labeledDeadline = 0;
    return slots;
  }

  /** Hands images on, after all that changes with it: the trainer may take a checkpoint inside. */
  private void emit(
      List<BatchImage> slots, NaturalCounters counters, Context context, Collector<MicroBatch> out)
      throws Exception {
    StreamKey stream = context.getCurrentKey();
    long number = slots.isEmpty() ? counters.batches : counters.batches++;
    allCounters.update(counters);
    metrics.update(stream.stream(), figures(counters));
    if (!slots.isEmpty()) {
      out.collect(new MicroBatch(stream, number, slots));
    }
  }
}
