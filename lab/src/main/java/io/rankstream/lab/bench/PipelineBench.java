package io.rankstream.lab.bench;

import ai.djl.Device;
import com.sun.management.OperatingSystemMXBean;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.model.Devices;
import io.rankstream.model.KebabCase;
import io.rankstream.model.OneShotThread;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.dataset.DatasetView;
import io.rankstream.pipeline.tools.dataset.FileNameSplit;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ImageDatasets;
import io.rankstream.pipeline.tools.dataset.ProceduralDataset;
import io.rankstream.pipeline.tools.dataset.Split;
import io.rankstream.pipeline.tools.feed.FeedPlan;
import io.rankstream.pipeline.tools.feed.ImageFeeder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hipparchus.stat.descriptive.rank.Median;

/**
 * The whole job, Kafka to Kafka, exactly once, against a loop of training steps on decoded batches,
 * and against the same loop with all work of the job on the model: predict, learn, embed. The topic
 * is full before the job starts, so that the job never waits for images; its pace comes from its
 * own metrics records, without the first of them. The topic holds the classes of a batch in turn,
 * so that each image is trained on once and no image is left to be embedded alone: otherwise the
 * job would do more work than the loops.
 */
public final class PipelineBench {

  private static final double JOB_SECONDS = 60;
  private static final int LEAST_STEPS = 40;
  private static final int MOST_STEPS = 6000;
  static final int PROCEDURAL_PER_CLASS = 200;

  private static final String LEARN = "learn";
  private static final String DECODE = "decode";
  private static final String SAME_WORK = "predict, learn, embed";

  private PipelineBench() {}

  /** Runs loops and job in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    ImageDataset dataset =
        plan.data().isPresent()
            ? ImageDatasets.open(plan.data().get(), Split.TRAIN, FileNameSplit.NONE, report::say)
            : new ProceduralDataset(PROCEDURAL_PER_CLASS, Split.TRAIN);
    JobConfig config = plan.config();
    List<Integer> order = inTurn(dataset, config.batch().classes());
    Device device = Devices.select(config.device());
    try (LocalRun local = LocalRun.start("bench");
        BareLoop loop = OneShotThread.call(() -> new BareLoop(config, device, dataset, order));
        OtherProcesses others = new OtherProcesses()) {
      Map<String, Contest.Work> works = new LinkedHashMap<>();
      works.put(LEARN, loop::learn);
      works.put(SAME_WORK, loop::predictLearnEmbed);
      works.put(DECODE, decodeBatch(config, dataset, order));
      Map<String, List<Double>> rates = new LinkedHashMap<>();
      works.keySet().forEach(name -> rates.put(name, new ArrayList<>()));
      int steps = steps(loop, plan.seconds());
      feed(local, config, dataset, order, steps * config.batch().trainEvery());

      for (String command : plan.against()) {
        others.add(
            OtherProcess.startOn(BenchJob.IMAGES, local.bootstrapServers(), command, config));
        report.say("Against " + command);
      }

      // A round to warm up, which is not counted: the JVM compiles during all of the first job.
      measure(works, plan.seconds(), null);
      others.warmUp(plan.seconds());
      BenchJob.run(plan.settings(), local, 0);
      List<BenchJob.Timing> jobs = new ArrayList<>();
      double bareCpu = 0;
      for (int round = 1; round <= plan.rounds(); round++) {
        measure(works, plan.seconds(), rates);
        bareCpu = cpuMillis(plan.seconds(), loop);
        jobs.add(BenchJob.run(plan.settings(), local, round));
        others.measure(plan.seconds());
      }
      measure(works, plan.seconds(), rates);
      report(report, name(config), rates, jobs, bareCpu, config.batch().size());
      others.rates().forEach((name, windows) -> reportOther(report, name, windows, jobs));
    }
  }

  /** Steps of a job that takes about a minute, as the bare step goes. */
  static int steps(BareLoop loop, double seconds) throws Exception {
    return (int)
        Math.max(LEAST_STEPS, Math.min(MOST_STEPS, rate(seconds, loop::learn) * JOB_SECONDS));
  }

  /** The images of the first classes, one of each class in turn. */
  static List<Integer> inTurn(ImageDataset dataset, int classes) {
    List<Deque<Integer>> byClass = new ArrayList<>();
    for (int c = 0; c < Math.min(classes, dataset.classes().size()); c++) {
      byClass.add(new ArrayDeque<>());
    }
    for (int i = 0; i < dataset.size(); i++) {
      if (dataset.classOf(i) < byClass.size()) {
        byClass.get(dataset.classOf(i)).add(i);
      }
    }

    List<Integer> order = new ArrayList<>();
    while (byClass.stream().noneMatch(Deque::isEmpty)) {
      byClass.forEach(images -> order.add(images.remove()));
    }
    return order;
  }

  private static void measure(
      Map<String, Contest.Work> works, double seconds, Map<String, List<Double>> rates)
      throws Exception {
    for (Map.Entry<String, Contest.Work> work : works.entrySet()) {
      double rate = rate(seconds, work.getValue());
      if (rates != null) {
        rates.get(work.getKey()).add(rate);
      }
    }
  }

  private static void reportOther(
      BenchReport report, String other, double[] rates, List<BenchJob.Timing> jobs) {
    report.add(Figure.of(other, "batches/s", rates));
    report.add(
        Figure.ratio(
            "full job over " + other,
            jobs.stream().mapToDouble(BenchJob.Timing::stepsPerSecond).toArray(),
            rates));
  }

  /**
   * Repetitions per second, in a thread whose OpenMP threads end with it and do not slow the job.
   */
  private static double rate(double seconds, Contest.Work work) throws Exception {
    return OneShotThread.call(() -> Contest.rate(seconds, work).measure());
  }

  private static void report(
      BenchReport report,
      String job,
      Map<String, List<Double>> rates,
      List<BenchJob.Timing> runs,
      double bareCpu,
      int batchSize) {
    String whole = "full job " + job + ", Kafka to Kafka, exactly once";
    rates.forEach(
        (name, values) ->
            report.add(
                Figure.of(
                    "loop %s, %s".formatted(job, name),
                    "batches/s",
                    values.stream().mapToDouble(Double::doubleValue).toArray())));
    double[] jobRates = runs.stream().mapToDouble(BenchJob.Timing::stepsPerSecond).toArray();
    report.add(
        Figure.of(
            whole,
            "batches/s",
            Map.of("images/s", new Median().evaluate(jobRates) * batchSize),
            jobRates));
    report.addRatio(whole + ", over bare steps", whole, "loop %s, %s".formatted(job, LEARN));
    report.addRatio(
        whole + ", over the same model work", whole, "loop %s, %s".formatted(job, SAME_WORK));

    // The parts of the time of a batch, in milliseconds.
    double wall = 1000 / new Median().evaluate(jobRates);
    double busy = median(runs.stream().map(BenchJob.Timing::busyMillis).toList());
    double learn = 1000 / median(rates.get(LEARN));
    double same = 1000 / median(rates.get(SAME_WORK));
    double cpu = median(runs.stream().map(BenchJob.Timing::cpuMillis).toList());
    time(report, job, "1 wall time of a batch in the job", wall);
    time(report, job, "2 training step alone", learn);
    time(report, job, "3 prediction and embedding around it, alone", same - learn);
    time(report, job, "4 model work slower beside the pipeline", busy - same);
    time(report, job, "5 training thread waits: checkpoints, hand-over, input", wall - busy);
    time(report, job, "6 decoding, on threads beside", 1000 / median(rates.get(DECODE)));
    time(report, job, "7 processor time of a batch in the job", cpu);
    time(report, job, "8 processor time of a bare step", bareCpu);
  }

  private static void time(BenchReport report, String job, String name, double millis) {
    report.add(Figure.of("time %s: %s".formatted(job, name), "ms", millis));
  }

  private static double median(List<Double> values) {
    return new Median().evaluate(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Processor time of the whole process per step, in milliseconds. */
  private static double cpuMillis(double seconds, BareLoop loop) throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long before = system.getProcessCpuTime();
    long start = System.nanoTime();
    double rate = rate(seconds, loop::learn);
    double steps = rate * (System.nanoTime() - start) / 1e9;
    return (system.getProcessCpuTime() - before) / 1e6 / steps;
  }

  private static Contest.Work decodeBatch(
      JobConfig config, ImageDataset dataset, List<Integer> order) throws IOException {
    ImageDecoder decoder = new ImageDecoder(config.model().input(), config.imageLimits());
    List<byte[]> encoded = new ArrayList<>();
    for (int i = 0; i < config.batch().size(); i++) {
      encoded.add(dataset.example(order.get(i % order.size())).encoded());
    }

    return () -> {
      for (byte[] image : encoded) {
        decoder.decode(image);
      }
    };
  }

  /** Feeds each image under a new id, so that the job sees no repeated image. */
  static void feed(
      LocalRun local, JobConfig config, ImageDataset dataset, List<Integer> order, int count)
      throws Exception {
    Topics.createImages(local.clients(), BenchJob.IMAGES);
    int repetitions = count / order.size() + 1;
    ImageDataset repeated = DatasetView.repeated(dataset, repetitions * dataset.size());
    List<Integer> again = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      again.add(i / order.size() * dataset.size() + order.get(i % order.size()));
    }
    String stream = config.input().streams().iterator().next();
    try (ImageFeeder feeder = new ImageFeeder(local.clients())) {
      feeder.feed(repeated, again, new FeedPlan(BenchJob.IMAGES, stream, 0, 0, 0), sent -> {});
    }
  }

  private static String name(JobConfig config) {
    return "%s %dx%d"
        .formatted(
            KebabCase.of(config.model().architecture().backbone()),
            config.model().input().height(),
            config.model().input().width());
  }
}
