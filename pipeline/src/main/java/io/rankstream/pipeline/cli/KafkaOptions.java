package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.Secrets;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import picocli.CommandLine.Option;

/** How a command reaches Kafka. */
final class KafkaOptions {

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
  boolean isGiven() {
    return bootstrapServers != null || file != null;
  }

  /** The settings for Kafka clients. */
  Properties properties() throws IOException {
    Properties properties = new Properties();
    if (file != null) {
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        properties.load(reader);
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
