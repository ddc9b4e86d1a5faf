package io.rankstream.pipeline.cli;

import io.rankstream.model.Devices;
import io.rankstream.model.ModelFile;
import io.rankstream.model.WeightsReport;
import io.rankstream.model.network.Precisions;
import io.rankstream.pipeline.KafkaEndpoints;
import io.rankstream.pipeline.RankstreamJob;
import io.rankstream.pipeline.config.CheckpointPace;
import io.rankstream.pipeline.config.ConfigurationException;
import io.rankstream.pipeline.config.EngineDefaults;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.config.ProducerTimes;
import io.rankstream.pipeline.config.Secrets;
import io.rankstream.pipeline.config.UncheckedKeys;
import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.flink.LocalCluster;
import io.rankstream.pipeline.kafka.KafkaWatch;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.start.LocalThreads;
import io.rankstream.pipeline.start.WeightsFile;
import io.rankstream.pipeline.tools.doctor.Finding;
import io.rankstream.pipeline.tools.doctor.KafkaChecks;
import io.rankstream.pipeline.tools.doctor.MemoryChecks;
import io.rankstream.pipeline.tools.doctor.ProblemsFoundException;
import io.rankstream.pipeline.wire.BasicAuth;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/**
 * Runs the job against a Kafka cluster: in this process, or on a Flink cluster when it is submitted
 * to one.
 */
@Command(
    name = "run",
    description = {
      "Run the job against a Kafka cluster.",
      "It runs in this process, or on a Flink cluster when the jar is submitted with Flink's own client.",
      "",
      "Settings are written --key value and win over those in the file. Flink's own keys are accepted beside",
      "those of --help-config; keys that start with kafka. go to the Kafka clients."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "",
    customSynopsis = "rankstream run [--config FILE] [--dry-run] [--key value]...",
    footer = {
      "",
      "Examples:",
      "  rankstream run --kafka.bootstrap.servers kafka:9092 --model.embedding-dimension 128",
      "  rankstream run --config job.properties --resume",
      "  rankstream run --config job.properties --execution.checkpointing.dir s3://bucket/checkpoints",
      "  flink run -d rankstream.jar run --config job.properties"
    })
final class RunCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
  private static final String NAME = "rankstream";

  @Spec CommandSpec spec;

  @Option(names = "--config", paramLabel = "FILE", description = "Properties file with settings.")
  Path file;

  @Option(
      names = "--resume",
      description =
          "Go on from the newest complete checkpoint or savepoint of this job on this machine.")
  boolean resumes;

  @Option(
      names = "--progress",
      description = "Print lines of progress where the output is no terminal too.")
  boolean talks;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print no lines of progress.")
  boolean quiet;

  @Option(names = "--dry-run", description = "Check the settings and stop.")
  boolean dryRun;

  @Option(names = "--help-config", description = "Print all settings as Markdown and stop.")
  boolean helpConfig;

  @Unmatched List<String> settings = new ArrayList<>();

  /** Whether the job would run in this process. */
  static boolean isLocal() {
    return StreamExecutionEnvironment.getExecutionEnvironment() instanceof LocalStreamEnvironment;
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (helpConfig) {
      out.print(ConfigurationPage.markdown());
      out.flush();
      return 0;
    }

    Configuration given = JobSettings.read(file, settings);
    JobConfig config = JobConfig.from(given);
    UncheckedKeys.of(given)
        .forEach(each -> spec.commandLine().getErr().println("warning: " + each));
    boolean local = isLocal();
    if (local) { // a cluster may have other files, devices and secrets than this machine
      LocalCluster.loadFileSystems(given);
      LocalThreads.choose(config.model());
      checkMachine(config);
    }
    if (dryRun) {
      out.println("The settings are good.");
      return 0;
    }

    if (resumes && !local) {
      throw new UsageException(
          "--resume is for a run in one process: on a cluster, name the checkpoint with --execution.state-recovery.path");
    }
    if (local) {
      runHere(given, config);
    } else {
      runOnCluster(given, config);
    }
    return 0;
  }

  /** Fails now, with one message, instead of at each start of the running job. */
  private void checkMachine(JobConfig config) throws IOException {
    List<String> missing = Secrets.missing(config.kafka().settings(), "kafka.");
    if (!missing.isEmpty()) {
      throw new ConfigurationException(missing);
    }
    Optional<String> weights = config.weightsLocation();
    if (weights.isPresent()) {
      try (WeightsFile local = WeightsFile.open(weights.get())) {
        WeightsReport report = ModelFile.read(local.path()).report(config.model().architecture());
        requireUsable(report);
        spec.commandLine().getOut().println(report);
      }
    }
    if (config.device().startsWith("gpu")
        || !config.model().precisions().equals(Precisions.float32())) {
      config.model().precisions().requireOn(Devices.select(config.device()));
    }
    if (config.registry().isOn()) {
      BasicAuth.check(config.registry());
    }
  }

  private static void requireUsable(WeightsReport report) {
    try {
      report.throwIfUnusable();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
  }

  private void runHere(Configuration given, JobConfig config) throws Exception {
    LocalState state = new LocalState(EngineDefaults.forLocal(given), config.input().groupId());
    String goingOn = resumes ? state.resume(given) : LocalState.start(given);
    StreamExecutionEnvironment env = RankstreamJob.local(given);
    checkKafka(config, env, true);
    List<Finding> memory = MemoryChecks.all(config, given, EngineDefaults.forLocal(given));
    ProblemsFoundException.throwIfAny(memory);
    try (LocalCluster cluster = LocalCluster.startFor(env);
        KafkaWatch kafka = watch(config)) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "Reading %s at %s; writing %s, %s and %s%nCheckpoints in %s%n",
          config.input().topic(),
          config.kafka().bootstrapServers(),
          config.output().embeddingsTopic(),
          config.output().metricsTopic(),
          config.output().deadLettersTopic(),
          env.getConfiguration().get(CheckpointingOptions.CHECKPOINTS_DIRECTORY));
      tell(memory);
      out.printf("Flink's page at %s%n", cluster.page());
      out.println("To see it learn: rankstream watch, with the same address of Kafka");
      out.printf("To stop it with a savepoint: %s%n", StopCommand.of(cluster.page()));
      JobClient job = cluster.submit(env, name(env));
      out.println(goingOn);
      state
          .started(job.getJobID().toHexString())
          .forEach(old -> out.printf("Deleted the checkpoints of an older run in %s%n", old));
      out.flush();
      new LocalSession(cluster, job, arguments(), out)
          .await(!quiet && (talks || Terminal.isThere()));
    }
  }

  private static KafkaWatch watch(JobConfig config) {
    List<String> topics = new ArrayList<>(TopicNames.of(config).all());
    if (config.epochs().isOn()) {
      topics.add(config.epochs().controlTopic());
    }
    return new KafkaWatch(
        config.kafka().properties(),
        topics,
        ProducerTimes.shortest(config).longestOutage(),
        LOG::warn);
  }

  private List<String> arguments() {
    List<String> words = ShellCommand.words(spec);
    return words.subList(1, words.size());
  }

  private void runOnCluster(Configuration given, JobConfig config) throws Exception {
    ReadableConfig cluster =
        StreamExecutionEnvironment.getExecutionEnvironment().getConfiguration();
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(EngineDefaults.forJob(given, cluster));
    RankstreamJob.build(env, config, KafkaEndpoints.from(config));
    checkKafka(config, env, false);
    tell(List.of(MemoryChecks.state(config, given, env.getConfiguration())));
    env.execute(name(env));
  }

  /** The name of the job on Flink's page. */
  static String name(StreamExecutionEnvironment env) {
    return env.getConfiguration().getOptional(PipelineOptions.NAME).orElse(NAME);
  }

  /** Fails now, with one message, instead of again and again in the running job. */
  private void checkKafka(JobConfig config, StreamExecutionEnvironment env, boolean local)
      throws Exception {
    List<Finding> findings;
    try (KafkaChecks kafka = new KafkaChecks(config, CheckpointPace.of(env.getConfiguration()))) {
      ProblemsFoundException.throwIfAny(List.of(kafka.connection()));
      if (local) {
        Topics.create(config.kafka().properties(), TopicNames.of(config), 1);
        if (config.epochs().isOn()) {
          Topics.createControl(config.kafka().properties(), config.epochs().controlTopic());
        }
      }
      findings = kafka.jobAtItsStart();
    }
    ProblemsFoundException.throwIfAny(findings);
    warn(findings);
  }

  /** Tells of the state backend, and warns of memory that may not do. */
  private void tell(List<Finding> findings) {
    findings.stream()
        .filter(finding -> finding.level() == Finding.Level.OK && finding.check().equals("state"))
        .forEach(finding -> spec.commandLine().getOut().println("State in " + finding.message()));
    warn(findings);
  }

  private void warn(List<Finding> findings) {
    PrintWriter err = spec.commandLine().getErr();
    findings.stream()
        .filter(finding -> finding.level() == Finding.Level.WARNING)
        .forEach(finding -> err.println("warning: " + finding.message()));
    err.flush();
  }
}
