package io.rankstream.pipeline.kafka;

import java.util.Properties;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/** What our own Kafka clients need beside the settings that the user gives for all of them. */
public final class ClientSettings {

  private static final String PATIENCE_MILLIS = "15000";

  private ClientSettings() {}

  /**
   * For an admin client that tells soon when Kafka does not answer.
   *
   * @param clients settings of the user, which win
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
   * @param clients settings of the user, which do not win over that
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
