package io.rankstream.lab.bench;

import com.sun.management.ThreadMXBean;
import io.rankstream.pipeline.config.EngineDefaults;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.window.BatchWindow;
import io.rankstream.schemas.DeadLetter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.OutputTag;

/**
 * Records a second through the P×K window, by number of classes and state backend.
 *
 * <p>A job in a mini cluster makes records, each with a payload of its own, and discards the
 * batches; source, window and sink run chained on one thread, so that the window and its state are
 * what is measured, and neither network nor serialization between operators. The window is filled
 * first, until classes have reservoirs or the bound on memory evicts.
 */
public final class AssemblerBench {

  private static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));
  private static final int FILL_PER_CLASS = 6;
  private static final long LEAST_FILL = 20_000;
  private static final long PATIENCE_MILLIS = 120_000;

  /** Records made by the running job; it is in this process, and one runs at a time. */
  private static final AtomicLong MADE = new AtomicLong();

  private static final AtomicLong ALLOCATED = new AtomicLong();

  private AssemblerBench() {}

  /** Measures all numbers of classes and backends in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    Contest contest = new Contest();
    Map<String, Double> allocated = new LinkedHashMap<>();
    for (String backend : plan.backends()) {
      for (int classes : plan.classes()) {
        String name = name(plan, backend, classes);
        contest.add(name, () -> recordsPerSecond(plan, backend, classes, name, allocated));
      }
    }

    contest
        .run(plan.rounds())
        .forEach(
            (name, values) ->
                report.add(
                    Figure.of(
                        name, "records/s", Map.of("B allocated", allocated.get(name)), values)));
    for (String backend : plan.backends()) {
      int least = plan.classes().get(0);
      for (int classes : plan.classes().subList(1, plan.classes().size())) {
        report.addRatio(
            "window, %s: cost of a record, %,d over %,d classes".formatted(backend, classes, least),
            name(plan, backend, least),
            name(plan, backend, classes));
      }
    }
  }

  private static String name(BenchPlan plan, String backend, int classes) {
    return "window, %s, %,d classes, %,d B".formatted(backend, classes, plan.payloadBytes());
  }

  private static double recordsPerSecond(
      BenchPlan plan, String backend, int classes, String name, Map<String, Double> allocated)
      throws Exception {
    MADE.set(0);
    JobClient job = start(plan, backend, classes);
    try {
      long fill = Math.max(LEAST_FILL, (long) classes * FILL_PER_CLASS);
      long patience = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
      while (MADE.get() < fill && System.nanoTime() < patience) {
        TimeUnit.MILLISECONDS.sleep(5);
        if (job.getJobStatus().get().isGloballyTerminalState()) {
          job.getJobExecutionResult().get(); // throws what went wrong
        }
      }

      long from = MADE.get();
      long bytes = ALLOCATED.get();
      long start = System.nanoTime();
      TimeUnit.NANOSECONDS.sleep((long) (plan.seconds() * 1e9));
      long made = MADE.get() - from;
      double seconds = (System.nanoTime() - start) / 1e9;
      allocated.put(name, (ALLOCATED.get() - bytes) / (double) Math.max(1, made));
      return made / seconds;
    } finally {
      job.cancel().get();
      job.getJobExecutionResult().handle((result, cancelled) -> result).get();
    }
  }

  private static JobClient start(BenchPlan plan, String backend, int classes) throws Exception {
    Configuration settings = new Configuration();
    settings.setString("batch.max-wait", "1 h");
    settings.setString("model.max-classes", Integer.toString(Math.max(1000, classes)));
    plan.settings().toMap().forEach(settings::setString);
    JobConfig config = JobConfig.from(settings);
    Path state = Files.createTempDirectory("rankstream-bench-state");
    state.toFile().deleteOnExit();
    settings.setString("state.backend.type", backend);
    settings.setString("state.backend.rocksdb.localdir", state.toString());
    settings.setString("execution.checkpointing.interval", "1 h");
    settings.setString("execution.checkpointing.dir", state.toUri().toString());

    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(EngineDefaults.forLocal(settings));
    DataStream<AcceptedImage> images =
        env.fromSequence(0, Long.MAX_VALUE - 1)
            .uid("numbers")
            .map(new MakeRecord(classes, plan.payloadBytes()))
            .returns(TypeInformation.of(AcceptedImage.class))
            .uid("records");
    BatchWindow window = BatchWindow.of(config, DEAD_LETTERS);
    DataStreamUtils.reinterpretAsKeyedStream(images, AcceptedImage::stream)
        .process(window.function())
        .uid(window.name())
        .sinkTo(new DiscardingSink<>())
        .uid("discard");
    return env.executeAsync("rankstream-bench-window");
  }

  /** Makes records of random classes. */
  private static final class MakeRecord implements MapFunction<Long, AcceptedImage> {

    private static final long serialVersionUID = 1L;

    private final int classes;
    private final int payloadBytes;

    MakeRecord(int classes, int payloadBytes) {
      this.classes = classes;
      this.payloadBytes = payloadBytes;
    }

    @Override
    public AcceptedImage map(Long number) {
      if (MADE.incrementAndGet() % 64 == 0) {
        ALLOCATED.set(
            ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes());
      }
      long mixed = (number + 1) * 0x9E3779B97F4A7C15L;
      mixed = (mixed ^ mixed >>> 32) * 0xD6E8FEB86659FD93L;
      String label = "class-" + Long.remainderUnsigned(mixed ^ mixed >>> 32, classes);
      return new AcceptedImage(
          "image-" + number,
          "default",
          label,
          number,
          Long.hashCode(number),
          new RawRecord("images", 0, number, number, null, new byte[payloadBytes]));
    }
  }
}
