package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.lab.local.FreePorts;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.kafka.TopicNames;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics of a running job as Prometheus sees them, against the queries of the dashboard. */
class MetricsITCase {

  private static final Path DASHBOARD =
      Path.of("..", "docker", "observability", "dashboards", "rankstream.json");
  private static final Pattern METRIC = Pattern.compile("flink_[A-Za-z0-9_]+");
  private static final String OPERATOR = "flink_taskmanager_job_task_operator_";

  @TempDir static Path directory;
  private static TestKafka kafka;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new TestKafka();
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void everyMetricOfTheDashboardIsThere() throws Exception {
    Set<String> asked = asked(metric -> !isOfReplicas(metric));
    assertThat(asked).hasSizeGreaterThan(30);

    TopicNames names = kafka.topics("metrics");
    List<byte[]> values = new ArrayList<>(Fixtures.longTail(10, 200));
    values.add("no envelope".getBytes(StandardCharsets.UTF_8));
    kafka.send(names.images(), values);
    int port = FreePorts.one();
    kafka.start(
        kafka
            .settings(names, directory.resolve("checkpoints"))
            .with(JobOptions.BATCH_MAX_WAIT, Duration.ofMillis(200))
            .with(JobOptions.VERSIONS_DIRECTORY, directory.resolve("models").toUri().toString())
            .with(JobOptions.VERSIONS_EVERY_STEPS, 10L)
            .with(JobOptions.EMBED_EVERY_STEPS, 1)
            .with(JobOptions.DRIFT_EVERY_STEPS, 1L)
            .with(JobOptions.DRIFT_MAP, true)
            .with(reporter(port)));

    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              List<String> samples = scrape(port);
              assertThat(names(samples)).containsAll(asked);
              assertValues(samples);
            });
  }

  @Test
  void theMetricsOfReplicasAreThereWithReplicas() throws Exception {
    Set<String> asked = asked(MetricsITCase::isOfReplicas);
    assertThat(asked).hasSizeGreaterThanOrEqualTo(7);

    TopicNames names = kafka.topics("replicas");
    kafka.send(names.images(), Fixtures.longTail(10, 200));
    int port = FreePorts.one();
    kafka.start(
        kafka
            .settings(names, directory.resolve("checkpoints-of-replicas"))
            .with(JobOptions.TRAINING_REPLICAS, 2)
            .with(JobOptions.TRAINING_STEPS_PER_ROUND, 2)
            .with(reporter(port)));

    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              List<String> samples = scrape(port);
              assertThat(names(samples)).containsAll(asked);
              for (int replica = 0; replica < 2; replica++) {
                String labels = "replica=\"%d\"".formatted(replica);
                String perReplica = OPERATOR + "stream_replica_";
                assertThat(value(samples, perReplica + "numRounds", labels)).isPositive();
                assertThat(value(samples, perReplica + "roundWaitMs_count", labels)).isPositive();
                assertThat(value(samples, perReplica + "divergence", labels)).isBetween(0.0, 1.0);
              }
              assertThat(value(samples, OPERATOR + "roundBytesIn", "two_head_trainer"))
                  .isGreaterThanOrEqualTo(
                      value(samples, OPERATOR + "roundBytesOut", "two_head_trainer"));
            });
  }

  /** The metrics that the dashboard asks for. */
  private static Set<String> asked(Predicate<String> chosen) throws IOException {
    Set<String> asked = new TreeSet<>();
    for (String query : queries(new ObjectMapper().readTree(DASHBOARD.toFile()))) {
      List<String> metrics = METRIC.matcher(query).results().map(MatchResult::group).toList();
      assertThat(metrics).as(query).isNotEmpty();
      metrics.stream().filter(chosen).forEach(asked::add);
    }
    return asked;
  }

  private static boolean isOfReplicas(String metric) {
    return metric.contains("_replica_") || metric.contains("ound"); // rounds
  }

  private static void assertValues(List<String> samples) {
    String stream = "stream=\"default\"";
    String perStream = OPERATOR + "stream_";
    assertThat(value(samples, perStream + "loss", stream)).isPositive();
    assertThat(value(samples, perStream + "gradientNorm", stream)).isPositive();
    assertThat(value(samples, perStream + "prequentialMicro", stream)).isBetween(0.2, 1.0);
    assertThat(value(samples, perStream + "tailRecall", stream)).isBetween(0.0, 1.0);
    assertThat(value(samples, perStream + "knownClasses", stream)).isEqualTo(10);
    assertThat(value(samples, perStream + "balanceIn", stream))
        .isGreaterThan(5 * value(samples, perStream + "balanceOut", stream));
    assertThat(value(samples, perStream + "publishedVersion", stream)).isGreaterThanOrEqualTo(10);
    assertThat(value(samples, perStream + "ml_model_version", stream)).isGreaterThan(10);
    assertThat(value(samples, perStream + "sinceLastUpdateMs", stream)).isNotNegative();
    assertThat(value(samples, perStream + "stepLatencyMs_count", stream)).isPositive();
    assertThat(value(samples, perStream + "trainedFreshnessMs", stream)).isPositive();
    assertThat(value(samples, perStream + "embeddingFreshnessMs", stream)).isPositive();
    assertThat(value(samples, perStream + "reservoirImages", stream)).isPositive();
    assertThat(value(samples, perStream + "windowBytes", stream)).isPositive();
    assertThat(value(samples, perStream + "driftAnchors", stream)).isBetween(64.0, 256.0);
    assertThat(value(samples, perStream + "driftAnchorClasses", stream)).isEqualTo(10);
    assertThat(value(samples, perStream + "driftCosineShift", stream)).isPositive();
    assertThat(value(samples, perStream + "driftRecallMapped", stream)).isBetween(0.0, 1.0);
    assertThat(value(samples, OPERATOR + "decodeLatencyUs_count", "receive_images")).isPositive();
    String trainer = "two_head_trainer";
    assertThat(value(samples, OPERATOR + "threads", trainer))
        .isPositive()
        .isEqualTo(value(samples, OPERATOR + "threadsBefore", trainer));
    String letters = OPERATOR + "reason_numDeadLetters";
    assertThat(value(samples, letters, "reason=\"ENVELOPE_INVALID\"")).isEqualTo(1);
    assertThat(value(samples, letters, "reason=\"IMAGE_CORRUPT\"")).isZero();
  }

  private static Map<String, String> reporter(int port) {
    return Map.of(
        "metrics.reporter.prom.factory.class",
        "org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
        "metrics.reporter.prom.port",
        Integer.toString(port));
  }

  /** All samples that the reporter shows, one a line. */
  private static List<String> scrape(int port) throws Exception {
    URI uri = URI.create("http://localhost:%d/metrics".formatted(port));
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .toList();
  }

  private static Set<String> names(List<String> samples) {
    Set<String> names = new TreeSet<>();
    samples.forEach(sample -> names.add(sample.split("[{ ]", 2)[0]));
    return names;
  }

  /** Sum of the samples of a metric whose labels contain a text; NaN without any. */
  private static double value(List<String> samples, String metric, String labels) {
    return samples.stream()
        .filter(sample -> sample.startsWith(metric + "{") && sample.contains(labels))
        .mapToDouble(sample -> Double.parseDouble(sample.substring(sample.lastIndexOf(' '))))
        .reduce(Double::sum)
        .orElse(Double.NaN);
  }

  private static List<String> queries(JsonNode node) {
    List<String> queries = new ArrayList<>();
    node.findValues("expr").forEach(query -> queries.add(query.asText()));
    node.findValues("definition").forEach(query -> queries.add(query.asText()));
    return queries;
  }
}
