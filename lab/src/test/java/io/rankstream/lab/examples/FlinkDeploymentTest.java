package io.rankstream.lab.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.rankstream.lab.Documents;
import io.rankstream.pipeline.cli.Rankstream;
import io.rankstream.pipeline.config.EngineDefaults;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.config.UncheckedKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The example for Flink's Kubernetes operator, held against the settings of job and engine. */
class FlinkDeploymentTest {

  /** What the operator's resource, v1beta1, has at these places; others are refused by it. */
  private static final Map<String, Set<String>> FIELDS =
      Map.of(
          "", Set.of("apiVersion", "kind", "metadata", "spec"),
          "spec",
              Set.of(
                  "image",
                  "imagePullPolicy",
                  "serviceAccount",
                  "flinkVersion",
                  "flinkConfiguration",
                  "ingress",
                  "podTemplate",
                  "jobManager",
                  "taskManager",
                  "logConfiguration",
                  "mode",
                  "job",
                  "restartNonce"),
          "spec/job",
              Set.of(
                  "jarURI",
                  "parallelism",
                  "entryClass",
                  "args",
                  "state",
                  "upgradeMode",
                  "allowNonRestoredState",
                  "initialSavepointPath"),
          "spec/jobManager", Set.of("resource", "replicas", "podTemplate"),
          "spec/taskManager", Set.of("resource", "replicas", "podTemplate"));

  private static JsonNode deployment;

  @BeforeAll
  static void read() throws Exception {
    String text = Documents.text(Documents.ROOT.resolve("examples/kubernetes/rankstream.yaml"));
    deployment = new YAMLMapper(new YAMLFactory()).readTree(text);
  }

  @Test
  void itHasOnlyFieldsOfTheResource() {
    FIELDS.forEach(
        (place, known) -> {
          Set<String> given = new TreeSet<>();
          deployment
              .at(place.isEmpty() ? "" : "/" + place)
              .fieldNames()
              .forEachRemaining(given::add);
          assertThat(known).as(place).containsAll(given);
          assertThat(given).as(place).isNotEmpty();
        });
    assertThat(deployment.get("apiVersion").asText()).isEqualTo("flink.apache.org/v1beta1");
    assertThat(deployment.get("kind").asText()).isEqualTo("FlinkDeployment");
    assertThat(deployment.at("/spec/flinkConfiguration")).allMatch(JsonNode::isTextual);
    assertThat(deployment.at("/spec/job/args")).allMatch(JsonNode::isTextual);
  }

  @Test
  void theJobAcceptsItsArgumentsAndTheEnginesSettings() {
    List<String> arguments = arguments();
    assertThat(arguments.remove(0)).isEqualTo("run");

    Configuration settings = JobSettings.read(null, arguments);
    settings.addAll(engine());
    JobConfig config = JobConfig.from(settings); // throws at a key or value that is wrong

    assertThat(config.replicas().replicas())
        .isEqualTo(deployment.at("/spec/job/parallelism").asInt());
    assertThat(config.versions().directory()).startsWith("s3://");
    assertThat(UncheckedKeys.of(settings))
        .as("keys that only a plugin knows: of S3 and of the reporter")
        .allMatch(each -> each.contains("s3.") || each.contains("metrics.reporter."));
    assertThat(deployment.at("/spec/job/entryClass").asText())
        .isEqualTo(Rankstream.class.getName());
  }

  @Test
  void theNameOfTheJobIsThatOfTheArguments() {
    Configuration settings = JobSettings.read(null, arguments().subList(1, arguments().size()));

    assertThat(EngineDefaults.forJob(settings, engine()).get(PipelineOptions.NAME))
        .isEqualTo("rankstream");
  }

  @Test
  void checkpointsAreOnS3AndASlotIsATaskManager() {
    assertThat(engine().get(CheckpointingOptions.CHECKPOINTS_DIRECTORY)).startsWith("s3://");
    assertThat(engine().get(TaskManagerOptions.NUM_TASK_SLOTS)).isEqualTo(1);
    assertThat(deployment.at("/spec/job/parallelism").asInt()).isEqualTo(2);
  }

  @Test
  void nobodyIsRootAndTheRootFileSystemIsReadOnly() {
    JsonNode pod = deployment.at("/spec/podTemplate/spec");
    JsonNode container = pod.at("/containers/0");

    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.at("/securityContext/runAsUser").asInt()).isEqualTo(9999);
    assertThat(container.get("name").asText()).isEqualTo("flink-main-container");
    assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(container.at("/volumeMounts").findValuesAsText("mountPath"))
        .containsExactly("/tmp", "/opt/flink/log");
    assertThat(container.at("/volumeMounts").findValuesAsText("name"))
        .isEqualTo(pod.get("volumes").findValuesAsText("name"));
  }

  private static Configuration engine() {
    Configuration engine = new Configuration();
    deployment
        .at("/spec/flinkConfiguration")
        .fields()
        .forEachRemaining(each -> engine.setString(each.getKey(), each.getValue().asText()));
    return engine;
  }

  private static List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    deployment.at("/spec/job/args").forEach(each -> arguments.add(each.asText()));
    return arguments;
  }
}
