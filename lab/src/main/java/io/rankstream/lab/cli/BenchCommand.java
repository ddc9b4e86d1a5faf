package io.rankstream.lab.cli;

import io.rankstream.lab.bench.AssemblerBench;
import io.rankstream.lab.bench.BenchPlan;
import io.rankstream.lab.bench.BenchReport;
import io.rankstream.lab.bench.CheckpointBench;
import io.rankstream.lab.bench.DecodeBench;
import io.rankstream.lab.bench.EmbedBench;
import io.rankstream.lab.bench.EmbeddersBench;
import io.rankstream.lab.bench.FreshnessBench;
import io.rankstream.lab.bench.OptimizerBench;
import io.rankstream.lab.bench.PipelineBench;
import io.rankstream.lab.bench.ReplicaBench;
import io.rankstream.lab.bench.StepBench;
import io.rankstream.model.Devices;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.Backbone;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Runs the benchmarks on this machine. */
@Command(
    name = "bench",
    description = {
      "Measure the throughput of Rankstream's parts on this machine.",
      "Contestants run in turn, in short windows; the table has the medians.",
      "",
      "  step        the training step alone, by loss, against other programs with --against, and the optimizer;",
      "              with --model.precision bfloat16 also this against float32",
      "  pipeline    the whole job, Kafka to Kafka, exactly once, against the bare step, and where the time goes;",
      "              with --against also a plain consumer that trains from the same topic",
      "  assembler   records through the P x K window, by classes and state backend",
      "  decode      images to pixels, by threads, against ImageIO",
      "  embed       embeddings without training, by batch size;",
      "              with --model.served-precision bfloat16 also this against float32",
      "  embedders   images without labels through the whole job, with one and with two embedders",
      "  freshness   time from an image's arrival to its committed embedding, by the checkpoint interval",
      "  checkpoint  how long training waits for a copy of the state, and the write and the restore of it",
      "  replicas    the whole job with one, two and four trainers of its model, against bare steps of other programs",
      "              with --against; with --threads 1, on free cores",
      "  all         all of these",
      "",
      "Settings of the job are written --key value, as for run."
    },
    mixinStandardHelpOptions = true,
    customSynopsis = "rankstream bench WHAT [OPTIONS] [--key value]...",
    footer = {
      "",
      "Examples:",
      "  rankstream bench step --against \"python3 lab/python/pytorch_step.py\"",
      "  rankstream bench step --backbone resnet50 --losses none,triplet-semi-hard --rounds 5 --seconds 0",
      "  rankstream bench pipeline --backbone resnet18 --size 64 --json pipeline.json",
      "  rankstream bench decode --data photos/"
    })
final class BenchCommand implements Callable<Integer> {

  /** A benchmark, or all. */
  enum Subject {
    STEP,
    PIPELINE,
    ASSEMBLER,
    DECODE,
    EMBED,
    EMBEDDERS,
    FRESHNESS,
    CHECKPOINT,
    REPLICAS,
    ALL
  }

  private interface Benchmark {
    void run(BenchPlan plan, BenchReport report) throws Exception;
  }

  @Spec CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "WHAT",
      description =
          "What to measure: step, pipeline, assembler, decode, embed, embedders, freshness, checkpoint, replicas or all.")
  Subject subject;

  @Option(
      names = "--backbone",
      paramLabel = "NAME",
      defaultValue = "small-cnn",
      description = "Network (default: ${DEFAULT-VALUE}).")
  Backbone backbone;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Height and width of the images (default: the network's own, such as 224).")
  Integer size;

  @Option(
      names = "--losses",
      split = ",",
      paramLabel = "NAME",
      converter = LossConverter.class,
      defaultValue = "none,triplet-semi-hard",
      description =
          "Losses to measure the step of: none, triplet-semi-hard, triplet-hard, triplet-all, center, triplet-center, magnet, supervised-contrastive, multi-similarity (default: ${DEFAULT-VALUE}).")
  List<RankingLoss> losses;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of a PyTorch operation (default: the number of cores).")
  Integer threads;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description =
          "Measured windows of each contestant (default: 15; 3 for pipeline and assembler).")
  Integer rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description =
          "Length of a window; a window has at least one step (default: 1; 2 for assembler).")
  Double seconds;

  @Option(
      names = "--against",
      paramLabel = "COMMAND",
      description =
          "Program with the same training step, such as \"python3 lab/python/pytorch_step.py\". May be given several times.")
  List<String> against = List.of();

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "Images for decode and pipeline, as for feed (default: drawn ones).")
  Path data;

  @Option(
      names = "--classes",
      split = ",",
      paramLabel = "N",
      defaultValue = "10,100,1000,10000",
      description = "Numbers of classes for assembler (default: ${DEFAULT-VALUE}).")
  List<Integer> classes;

  @Option(
      names = "--payload",
      split = ",",
      paramLabel = "BYTES",
      defaultValue = "20000",
      description = "Sizes of a record for assembler (default: ${DEFAULT-VALUE}).")
  List<Integer> payloads;

  @Option(
      names = "--backends",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "hashmap,rocksdb",
      description = "State backends for assembler (default: ${DEFAULT-VALUE}).")
  List<String> backends;

  @Option(
      names = "--megabytes",
      paramLabel = "N",
      defaultValue = "400",
      description = "State for checkpoint (default: ${DEFAULT-VALUE}).")
  int megabytes;

  @Option(
      names = "--replicas",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,2,4",
      description = "Numbers of trainers for replicas (default: ${DEFAULT-VALUE}).")
  List<Integer> replicas;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures as JSON.")
  Path json;

  @Unmatched List<String> settings = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    if (threads != null) {
      Devices.setThreads(threads);
    }
    Configuration job = job();
    BenchReport report = new BenchReport(spec.commandLine().getOut(), JobConfig.from(job).device());
    boolean everything = subject == Subject.ALL;
    for (Subject each : everything ? Subject.values() : new Subject[] {subject}) {
      switch (each) {
        case STEP -> {
          run("step", StepBench::run, plan(job, 15, 1), report);
          run("optimizer", OptimizerBench::run, plan(job, 15, 0.3), report);
        }
        case PIPELINE -> run("pipeline", PipelineBench::run, plan(job, 3, 2), report);
        case ASSEMBLER -> run("assembler", AssemblerBench::run, plan(job, 3, 2), report);
        case DECODE -> run("decode", DecodeBench::run, plan(job, 15, 1), report);
        case EMBED -> run("embed", EmbedBench::run, plan(job, 15, 1), report);
        case EMBEDDERS -> run("embedders", EmbeddersBench::run, plan(job, 5, 20), report);
        case FRESHNESS -> run("freshness", FreshnessBench::run, plan(job, 1, 60), report);
        case CHECKPOINT -> run("checkpoint", CheckpointBench::run, plan(job, 10, 0), report);
        case REPLICAS -> run("replicas", ReplicaBench::run, plan(job, 3, 10), report);
        case ALL -> {} // the others
      }
    }

    if (json != null) {
      report.write(json);
    }
    return report.isComplete() ? 0 : 1;
  }

  private void run(String name, Benchmark benchmark, BenchPlan plan, BenchReport report)
      throws Exception {
    try {
      benchmark.run(plan, report);
    } catch (Exception e) {
      if (subject != Subject.ALL) {
        throw e;
      }

      report.fail(name, e);
    }
  }

  private BenchPlan plan(Configuration job, int usualRounds, double usualSeconds) {
    return new BenchPlan(
        job,
        losses,
        rounds == null ? usualRounds : rounds,
        seconds == null ? usualSeconds : seconds,
        against,
        Optional.ofNullable(data),
        classes,
        payloads,
        backends,
        megabytes,
        replicas);
  }

  private Configuration job() {
    JobSettings job = new JobSettings().with(JobOptions.MODEL_BACKBONE, backbone);
    if (size != null) {
      job.with(JobOptions.MODEL_HEIGHT, size).with(JobOptions.MODEL_WIDTH, size);
    }
    return job.with(JobSettings.read(null, settings).toMap()).configuration();
  }
}
