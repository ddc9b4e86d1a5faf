package io.rankstream.pipeline.kafka;

import java.util.Properties;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/** Settings of Rankstream's own Kafka clients, beside those that the user gives for all clients. */
public final class ClientSettings {

  private static final String PATIENCE_MILLIS = "15000";

  private ClientSettings() {}

  /**
   * For an admin client that fails soon when Kafka does not answer.
   *
   * @param clients settings of the user, which take precedence
   */
  public static Properties admin(Properties clients) {
    Properties settings = new Properties();
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    settings.putAll(clients);
    return settings;
  }

  /**
   * For a consumer of committed records that leaves no trace on the broker.
   *
   * @param clients settings of the user; those that keep it so take precedence over them
   */
  public static Properties committedReader(Properties clients) {
    Properties settings = new Properties();
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    settings.putAll(clients);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    return settings;
  }
}
