package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.KafkaClients;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The largest dead letter that its topic accepts: that of the settings, or less where the topic was
 * changed since. It is asked for with the first letter after each start, so a letter that the topic
 * refuses costs one restart, and is cut after it.
 */
final class LetterLimit implements Serializable {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(LetterLimit.class);
  private static final String PATIENCE_MILLIS = "15000";
  private static final int UNKNOWN = 0;

  private final KafkaClients clients;
  private final String topic;
  private final int ofSettings;
  private transient int bytes; // unknown in each new task

  LetterLimit(JobConfig config) {
    clients = config.kafka();
    topic = config.output().deadLettersTopic();
    ofSettings = config.output().maxDeadLetterBytes();
  }

  /** The size in bytes. */
  int bytes() {
    if (bytes == UNKNOWN) {
      bytes = Math.min(ofSettings, ofTopic());
    }
    return bytes;
  }

  /** Without the right to see it, or an answer, the settings count. */
  private int ofTopic() {
    Properties settings = clients.properties();
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Admin admin = Admin.create(settings);
    try {
      int found =
          Integer.parseInt(
              admin
                  .describeConfigs(List.of(resource))
                  .all()
                  .get()
                  .get(resource)
                  .get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
                  .value());
      if (found < ofSettings) {
        LOG.warn(
            "The topic {} accepts records of {} bytes: larger dead letters leave their value in the input topic",
            topic,
            found);
      }
      return found;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ofSettings;
    } catch (ExecutionException | KafkaException e) {
      return ofSettings;
    } finally {
      admin.close(Duration.ZERO);
    }
  }
}
