package io.rankstream.pipeline.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.pipeline.RankstreamJob;
import io.rankstream.pipeline.config.CheckpointPace;
import io.rankstream.pipeline.config.ConfigurationException;
import io.rankstream.pipeline.config.EngineDefaults;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.config.Secrets;
import io.rankstream.pipeline.config.UncheckedKeys;
import io.rankstream.pipeline.connect.SavedInput;
import io.rankstream.pipeline.tools.doctor.Finding;
import io.rankstream.pipeline.tools.doctor.KafkaChecks;
import io.rankstream.pipeline.tools.doctor.MachineChecks;
import io.rankstream.pipeline.tools.doctor.MemoryChecks;
import io.rankstream.pipeline.tools.doctor.StartChecks;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.jobgraph.OperatorID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Checks everything that a job needs, and prints what to do about problems. */
@Command(
    name = "doctor",
    description = {
      "Check everything that a job needs, from Kafka to the disk, and show what to do.",
      "It accepts the settings of run and changes nothing. Exit code 1 when there is a problem."
    },
    mixinStandardHelpOptions = true,
    customSynopsis =
        "rankstream doctor [--config FILE] [--from CHECKPOINT] [--json] [--key value]...",
    footer = {
      "",
      "Examples:",
      "  rankstream doctor --kafka.bootstrap.servers kafka:9092",
      "  rankstream doctor --config job.properties --json",
      "  rankstream doctor --config job.properties --from file:///savepoints/savepoint-1"
    })
final class DoctorCommand implements Callable<Integer> {

  @Spec CommandSpec spec;

  @Option(names = "--config", paramLabel = "FILE", description = "Properties file with settings.")
  Path file;

  @Option(
      names = "--from",
      paramLabel = "CHECKPOINT",
      description =
          "Check too whether the job can start from this checkpoint or savepoint: damage, models, streams, offsets.")
  String from;

  @Option(names = "--json", description = "Print one JSON object instead of lines.")
  boolean json;

  @Unmatched List<String> settings = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    List<Finding> findings = findings();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(findings));
    } else {
      findings.forEach(
          each -> out.printf("%-8s %-13s %s%n", each.level(), each.check(), text(each)));
    }
    out.flush();
    return findings.stream().anyMatch(Finding::isProblem) ? 1 : 0;
  }

  private List<Finding> findings() throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    Configuration given = new Configuration();
    JobConfig config;
    boolean isValid = true;
    try {
      given = JobSettings.read(file, settings);
      config = JobConfig.from(given);
      findings.add(new Finding("settings", Finding.Level.OK, "valid"));
      UncheckedKeys.of(given)
          .forEach(each -> findings.add(new Finding("settings", Finding.Level.WARNING, each)));
    } catch (ConfigurationException e) {
      e.problems()
          .forEach(each -> findings.add(new Finding("settings", Finding.Level.PROBLEM, each)));
      given = new Configuration();
      config = JobConfig.from(given);
      isValid = false;
    }

    Configuration engine = EngineDefaults.forLocal(given);
    findings.addAll(
        MachineChecks.all(config, engine.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY)));
    if (isValid) { // otherwise this would check the defaults
      findings.addAll(MemoryChecks.all(config, given, engine));
      try (KafkaChecks kafka = new KafkaChecks(config, CheckpointPace.of(engine), true)) {
        Finding connection = kafka.connection();
        findings.add(connection);
        if (!connection.isProblem()) {
          findings.addAll(kafka.job());
        }
        if (from != null) {
          StartChecks start = start(config, given);
          findings.addAll(start.state());
          Optional<SavedInput> input = start.input();
          if (input.isPresent() && !connection.isProblem()) {
            findings.addAll(kafka.input(input.get()));
          }
        }
      }
    }
    return findings;
  }

  private StartChecks start(JobConfig config, Configuration given) {
    Map<OperatorID, Integer> operators = new HashMap<>();
    for (JobVertex task :
        RankstreamJob.local(given).getStreamGraph(false).getJobGraph().getVertices()) {
      task.getOperatorIDs()
          .forEach(
              each ->
                  operators.put(
                      each.getUserDefinedOperatorID().orElse(each.getGeneratedOperatorID()),
                      task.getMaxParallelism()));
    }
    return new StartChecks(
        from, config, operators, given.get(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE));
  }

  private static String text(Finding finding) {
    return Secrets.hide(finding.message());
  }

  private static String json(List<Finding> findings) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("ok", findings.stream().noneMatch(Finding::isProblem));
    ArrayNode checks = root.putArray("checks");
    for (Finding each : findings) {
      checks
          .addObject()
          .put("check", each.check())
          .put("level", each.level().toString())
          .put("message", text(each));
    }
    return root.toString();
  }
}
