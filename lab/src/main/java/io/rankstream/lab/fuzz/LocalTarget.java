package io.rankstream.lab.fuzz;

import io.rankstream.lab.local.EmbeddedKafka;
import io.rankstream.pipeline.RankstreamJob;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A broker and the job in this process, to be fuzzed. The job has no restarts: a failure ends it.
 */
public final class LocalTarget implements AutoCloseable {

  private final Path directory;
  private final EmbeddedKafka kafka;
  private final URI flink;
  private final JobClient job;

  private LocalTarget(Path directory, EmbeddedKafka kafka, URI flink, JobClient job) {
    this.directory = directory;
    this.kafka = kafka;
    this.flink = flink;
    this.job = job;
  }

  /** Starts both. */
  public static LocalTarget start() throws Exception {
    Path directory = Files.createTempDirectory("rankstream-fuzz");
    EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), Map.of());
    Topics.create(clients(kafka), TopicNames.defaults(), 1);
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }

    Configuration settings = new Configuration();
    settings.setString("kafka.bootstrap.servers", kafka.bootstrapServers());
    settings.setString("batch.max-wait", "1 s");
    settings.setString("window.max-bytes", "64 mb");
    settings.setString("restart-strategy.type", "none");
    settings.setString("execution.checkpointing.interval", "1 s");
    settings.setString(
        "execution.checkpointing.dir", directory.resolve("state").toUri().toString());
    settings.setString("rest.port", Integer.toString(port));
    settings.setString("rest.bind-port", Integer.toString(port));
    JobConfig config = JobConfig.from(settings);
    StreamExecutionEnvironment env = RankstreamJob.local(settings, config);
    JobClient job = env.executeAsync("rankstream");
    return new LocalTarget(directory, kafka, URI.create("http://localhost:" + port), job);
  }

  /** Kafka client settings. */
  public Properties clients() {
    return clients(kafka);
  }

  /** Where Flink answers. */
  public URI flink() {
    return flink;
  }

  @Override
  public void close() throws Exception {
    try {
      job.cancel().get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      // it has ended already, and the audit has told
    }
    kafka.close();
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : all) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // left to the system's own cleaning of temporary files
    }
  }

  private static Properties clients(EmbeddedKafka kafka) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", kafka.bootstrapServers());
    return properties;
  }
}
