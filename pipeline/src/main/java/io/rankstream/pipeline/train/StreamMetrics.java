package io.rankstream.pipeline.train;

import io.rankstream.model.step.StepReport;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.metrics.RecentHistogram;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.PrequentialFigures;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MeterView;
import org.apache.flink.metrics.MetricGroup;

/**
 * Metrics of one stream's model, labelled with the stream. The task thread writes them, the
 * reporter's thread reads them.
 */
final class StreamMetrics {

  private static final int BALANCE_WINDOW = 10_000;

  private final ClassBalance in = new ClassBalance(BALANCE_WINDOW);
  private final ClassBalance out = new ClassBalance(BALANCE_WINDOW);
  private final Counter steps;
  private final Histogram stepLatency;
  private final Histogram trainedFreshness;

  private volatile StepReport step;
  private volatile PrequentialFigures accuracy;
  private volatile long version;
  private volatile long updatedAt;
  private volatile int knownClasses;
  private volatile boolean quarantined;
  private volatile long publishedVersion;

  /**
   * @param operator the operator's metric group
   * @param stream name of the stream
   */
  StreamMetrics(MetricGroup operator, String stream) {
    MetricGroup group = operator.addGroup("stream", stream);
    steps = group.counter("numTrainingSteps");
    group.meter("numTrainingStepsPerSec", new MeterView(steps));
    stepLatency = RecentHistogram.register(group, "stepLatencyMs");
    trainedFreshness = RecentHistogram.register(group, "trainedFreshnessMs");

    ofStep(group, "loss", StepReport::loss);
    ofStep(group, "classificationLoss", StepReport::classificationLoss);
    ofStep(group, "rankingLoss", StepReport::rankingLoss);
    ofStep(group, "activeTriplets", StepReport::activeTriplets);
    ofStep(group, "minedTriplets", StepReport::triplets);
    ofStep(group, "gradientNorm", StepReport::gradientNorm);
    ofStep(group, "learningRate", StepReport::learningRate);

    ofAccuracy(group, "prequentialMicro", PrequentialFigures::getMicro);
    ofAccuracy(group, "prequentialMacro", PrequentialFigures::getMacro);
    ofAccuracy(group, "windowMicro", PrequentialFigures::getWindowMicro);
    ofAccuracy(group, "windowMacro", PrequentialFigures::getWindowMacro);
    ofAccuracy(group, "headRecall", PrequentialFigures::getHeadRecall);
    ofAccuracy(group, "tailRecall", PrequentialFigures::getTailRecall);

    gauge(group, "balanceIn", in::ratio);
    gauge(group, "balanceOut", out::ratio);
    gauge(group, "knownClasses", () -> knownClasses);
    gauge(group, "quarantined", () -> quarantined ? 1 : 0);
    gauge(group, "publishedVersion", () -> publishedVersion);
    gauge(group, "sinceLastUpdateMs", () -> System.currentTimeMillis() - updatedAt);
    MetricGroup model = group.addGroup("ml").addGroup("model"); // names of Flink ML
    gauge(model, "version", () -> version);
    gauge(model, "timestamp", () -> updatedAt);
  }

  /** Updates the metrics when the results of a batch leave the operator. */
  void emitted(StepResult result, long now) {
    accuracy = result.model().accuracy();
    knownClasses = result.model().knownClasses();
    quarantined = result.model().quarantined();
    if (result.step().isPresent() || updatedAt == 0) {
      updatedAt = now;
    }
    version = result.model().version();
    result.step().ifPresent(report -> trained(report, result.millis()));
    for (BatchImage slot : result.batch().images()) {
      AcceptedImage image = slot.image();
      if (slot.fresh() && image.label() != null) {
        in.add(image.label());
      }
      if (result.step().isPresent()) {
        out.add(image.label());
        if (slot.fresh()) {
          trainedFreshness.update(Math.max(0, now - image.eventTime()));
        }
      }
    }
  }

  void published(ModelVersion published) {
    publishedVersion = published.getModelVersion();
  }

  private void trained(StepReport report, double millis) {
    step = report;
    steps.inc();
    stepLatency.update(Math.round(millis));
  }

  private void ofStep(MetricGroup group, String name, Function<StepReport, Number> value) {
    gauge(group, name, () -> step == null ? Double.NaN : value.apply(step));
  }

  private void ofAccuracy(
      MetricGroup group, String name, Function<PrequentialFigures, Double> value) {
    gauge(group, name, () -> Objects.requireNonNullElse(value.apply(accuracy), Double.NaN));
  }

  private static void gauge(MetricGroup group, String name, Supplier<Number> value) {
    group.gauge(name, (Gauge<Number>) value::get);
  }
}
