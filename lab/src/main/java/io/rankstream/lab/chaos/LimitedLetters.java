package io.rankstream.lab.chaos;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** Makes the topic of the dead letters refuse all but short records, for a while. */
final class LimitedLetters {

  private static final String LIMIT = TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
  private static final String SHORT_BYTES = "2000";

  private final Properties clients;
  private final ConfigResource topic;

  LimitedLetters(Properties clients, String topic) {
    this.clients = clients;
    this.topic = new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  /** Limits the topic for a time, and gives it the limit back that it had. */
  void limit(int seconds) throws Exception {
    try (Admin admin = Admin.create(clients)) {
      String before =
          admin.describeConfigs(List.of(topic)).all().get().get(topic).get(LIMIT).value();
      set(admin, SHORT_BYTES);
      try {
        TimeUnit.SECONDS.sleep(seconds);
      } finally {
        set(admin, before);
      }
    }
  }

  private void set(Admin admin, String bytes) throws Exception {
    admin
        .incrementalAlterConfigs(
            Map.of(topic, List.of(new AlterConfigOp(new ConfigEntry(LIMIT, bytes), OpType.SET))))
        .all()
        .get();
  }
}
