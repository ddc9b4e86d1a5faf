package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.Fixtures;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people write by mistake, and what they are told. */
class SettingMistakesTest {

  @TempDir Path directory;

  @Test
  void readsAFileWithAByteOrderMarkAndTheLineEndsOfWindows() throws Exception {
    Path file =
        write("\uFEFFbatch.classes = 4\r\nbatch.images-per-class = 3\r\n", StandardCharsets.UTF_8);

    JobConfig config = JobConfig.from(JobSettings.read(file, List.of()));

    assertThat(config.batch().classes()).isEqualTo(4);
    assertThat(config.batch().imagesPerClass()).isEqualTo(3);
  }

  @Test
  void saysThatAFileIsNotInUtf8() throws Exception {
    assertThat(refusal("batch.classes = 4\n", StandardCharsets.UTF_16))
        .contains("(it is not text in UTF-8): give a properties file of 'key = value' lines");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "batch:\n  classes: 4\n",
        "# settings\nbatch: # P and K\n\n  classes: 4\n",
        "---\nbatch.classes: 4\n",
        "input.streams:\n- north\n"
      })
  void saysThatAFileIsYaml(String text) throws Exception {
    assertThat(refusal(text, StandardCharsets.UTF_8))
        .contains("(it is YAML; write a key whole in its line, such as batch.classes = 8)");
  }

  @Test
  void takesColonsAndEmptyValuesAsPropertiesFilesDo() throws Exception {
    Path file =
        write("batch.classes: 4\nmodel.weights:\nloss.margin: soft\n", StandardCharsets.UTF_8);

    JobConfig config = JobConfig.from(JobSettings.read(file, List.of()));

    assertThat(config.batch().classes()).isEqualTo(4);
    assertThat(config.weightsLocation()).isEmpty();
  }

  @Test
  void saysThatThereIsNoFileAndWhereTheHomeDirectoryIs() {
    assertThatThrownBy(() -> JobSettings.read(Path.of("/no/such.properties"), List.of()))
        .hasMessageContaining(
            "/no/such.properties (there is no such file): give a properties file");
    assertThatThrownBy(() -> JobSettings.read(Path.of("~/such.properties"), List.of()))
        .hasMessageContaining("write " + System.getProperty("user.home") + "/such.properties");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.weights",
        "versions.directory",
        "execution.checkpointing.dir",
        "kafka.ssl.truststore.location"
      })
  void namesThePathThatAShellWouldHaveMade(String key) {
    assertThatThrownBy(() -> Fixtures.config(key, "~/somewhere"))
        .hasMessageContaining("Invalid %s: ~/somewhere (must be a whole path".formatted(key))
        .hasMessageContaining("write %s/somewhere)".formatted(System.getProperty("user.home")));
  }

  @ParameterizedTest
  @CsvSource({
    "execution.checkpointing.dir,/data/checkpoints,'(must be a URI, such as file:///data/checkpoints)'",
    "execution.checkpointing.savepoint-dir,savepoints,'(must be a URI, such as file:///path)'",
    "execution.checkpointing.interval,10x,(Flink: ",
    "parallelism.default,two,(Flink: ",
    "kafka.request.timeout.ms,soon,(Kafka: Not a number of type INT)",
    "kafka.security.protocol,TLS,(Kafka: "
  })
  void aValueThatFlinkOrKafkaRefuseIsAProblemOfTheConfiguration(
      String key, String value, String reason) {
    assertThatThrownBy(() -> Fixtures.config(key, value, "batch.classes", "1"))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.problems())
                    .hasSize(2)
                    .anySatisfy(
                        problem ->
                            assertThat(problem)
                                .startsWith("Invalid %s: %s %s".formatted(key, value, reason))));
  }

  @Test
  void repeatsNoPasswordThatKafkaOrFlinkRefuse() {
    Configuration given = new Configuration();
    given.setString("kafka.ssl.keystore.type", "");
    given.setString("kafka.ssl.key.password", "hunter2");
    given.setString("security.ssl.rest.key-password", "hunter2");
    assertThat(JobConfig.from(given)).isNotNull();

    assertThatThrownBy(() -> Fixtures.config("kafka.sasl.jaas.confg", "hunter2"))
        .hasMessageContaining(
            "Unknown key kafka.sasl.jaas.confg (did you mean kafka.sasl.jaas.config?)")
        .hasMessageNotContaining("hunter2");
  }

  @ParameterizedTest
  @CsvSource({
    "execution.checkpointing.intervall,execution.checkpointing.interval",
    "execution.checkpoint.interval,execution.checkpointing.interval",
    "state.backend.typ,state.backend.type",
    "taskmanager.memory.proces.size,taskmanager.memory.process.size",
    "kafka.bootstrap.server,kafka.bootstrap.servers",
    "kafka.sasl.mechanisms,kafka.sasl.mechanism"
  })
  void namesTheKeyOfFlinkOrKafkaThatWasMeant(String written, String meant) {
    assertThatThrownBy(() -> Fixtures.config(written, "1"))
        .hasMessageContaining("Unknown key %s (did you mean %s?)".formatted(written, meant));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3.endpoint",
        "metrics.reporter.prom.factory.class",
        "kubernetes.cluster-id-of-ours",
        "kafka.sasl.oauthbearer.own.extension"
      })
  void acceptsAndTellsKeysThatOnlyAPluginKnows(String key) {
    Configuration given = new Configuration();
    given.setString(key, "value");

    assertThat(JobConfig.from(given)).isNotNull();
    assertThat(UncheckedKeys.of(given)).singleElement().asString().contains("The key " + key);
  }

  @Test
  void tellsNothingOfKeysThatFlinkAndKafkaDeclare() {
    Configuration given = new Configuration();
    Map.of(
            "execution.checkpointing.interval", "10 s",
            "state.checkpoints.dir", "file:///tmp", // an old name
            "state.backend.rocksdb.memory.managed", "true",
            "pipeline.global-job-parameters.team", "north",
            "kafka.client.id.prefix", "job",
            "kafka.compression.type", "lz4",
            "kafka.auto.offset.reset", "earliest",
            "batch.classes", "4")
        .forEach(given::setString);

    assertThat(JobConfig.from(given)).isNotNull();
    assertThat(UncheckedKeys.of(given)).isEmpty();
  }

  @Test
  void aSideOfTheInputDoesNotStandAlone() {
    assertThatThrownBy(() -> Fixtures.config("model.backbone", "resnet18", "model.height", "64"))
        .hasMessageContaining(
            "Missing model.width (model.height = 64 stands alone, and the input would be 64 high and 224 wide: set both or neither)");
    assertThatThrownBy(() -> Fixtures.config("model.width", "32"))
        .hasMessageContaining("Missing model.height (model.width = 32 stands alone");
  }

  @Test
  void findsAllProblemsOfKafkaSettings() {
    assertThat(
            KafkaKeys.problems(
                Map.of(
                    "bootstrap.server", "localhost:9092",
                    "linger.ms", "long",
                    "sasl.jaas.config", "password=\"${env:NO_SUCH_NAME}\"")))
        .containsExactly(
            "Unknown key bootstrap.server (did you mean bootstrap.servers?)",
            "Invalid linger.ms: long (Kafka: Not a number of type LONG)",
            "The environment variable NO_SUCH_NAME that sasl.jaas.config names is not set");
  }

  private String refusal(String text, Charset encoding) throws IOException {
    Path file = write(text, encoding);
    try {
      JobSettings.read(file, List.of());
    } catch (ConfigurationException e) {
      return e.getMessage();
    }
    return "accepted";
  }

  private Path write(String text, Charset encoding) throws IOException {
    return Files.writeString(directory.resolve("job.properties"), text, encoding);
  }
}
