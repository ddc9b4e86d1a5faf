package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.Secrets;
import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.pipeline.kafka.KafkaFailure;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Option;

/** How a command reaches Kafka. */
public final class KafkaOptions {

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Where Kafka is (default: localhost:9092).")
  String bootstrapServers;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description = "Properties file with Kafka client settings, such as TLS and SASL.")
  Path file;

  /** Whether the user said anything about Kafka. */
  public boolean isGiven() {
    return bootstrapServers != null || file != null;
  }

  /**
   * The settings for Kafka clients, after Kafka was asked whether it is there.
   *
   * @throws IOException when it does not answer or does not let the user in; the message says what
   *     to do
   */
  public Properties connected() throws IOException, InterruptedException {
    Properties properties = properties();
    try (Admin admin = Admin.create(ClientSettings.admin(properties))) {
      admin.describeCluster().nodes().get();
    } catch (ExecutionException | KafkaException e) {
      throw new IOException(
          "Kafka at %s: %s"
              .formatted(properties.get("bootstrap.servers"), KafkaFailure.sentence(e)),
          e);
    }
    return properties;
  }

  /** The settings for Kafka clients. */
  public Properties properties() throws IOException {
    Properties properties = new Properties();
    if (file != null) {
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        properties.load(reader);
      } catch (IOException | IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "Cannot read the Kafka settings in %s: give a properties file of 'key = value' lines"
                .formatted(file),
            e);
      }
    }
    if (bootstrapServers != null) {
      properties.put("bootstrap.servers", bootstrapServers);
    }
    properties.putIfAbsent("bootstrap.servers", "localhost:9092");
    Secrets.turnOnProviders(properties);
    return properties;
  }
}
