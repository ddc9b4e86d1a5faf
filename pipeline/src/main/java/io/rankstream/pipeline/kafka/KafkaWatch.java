package io.rankstream.pipeline.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Looks after Kafka while a job runs, and says in one line what is wrong and in another that it is
 * over. The job itself says nothing: it waits.
 */
public final class KafkaWatch implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofSeconds(3);
  private static final String PATIENCE_MILLIS = "10000";

  private final String servers;
  private final Collection<String> topics;
  private final Duration longestOutage;
  private final Consumer<String> log;
  private final Admin admin;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread watching = new Thread(work, "watch-kafka");
            watching.setDaemon(true);
            return watching;
          });

  /** What is wrong now, by what it is wrong with: a topic, or Kafka as a whole. */
  private Map<String, String> troubles = Map.of();

  private long awaySince;

  /**
   * Starts to watch.
   *
   * @param clients Kafka client settings
   * @param topics topics that the job needs
   * @param longestOutage time that the job waits for Kafka
   * @param log takes the lines
   */
  public KafkaWatch(
      Properties clients, Collection<String> topics, Duration longestOutage, Consumer<String> log) {
    this.servers = clients.getProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG);
    this.topics = List.copyOf(topics);
    this.longestOutage = longestOutage;
    this.log = log;
    Properties settings = new Properties();
    settings.putAll(clients);
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    admin = Admin.create(settings);
    ScheduledFuture<?> unused =
        thread.scheduleWithFixedDelay(
            this::look, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    thread.shutdownNow();
    admin.close(Duration.ZERO);
  }

  private void look() {
    try {
      Map<String, String> found = troubles();
      if (thread.isShutdown()) {
        return;
      }
      tell(found);
      troubles = found;
    } catch (InterruptedException | CancellationException e) {
      Thread.currentThread().interrupt(); // the job has ended
    } catch (IllegalStateException e) {
      if (!thread.isShutdown()) {
        throw e;
      }
    }
  }

  private void tell(Map<String, String> found) {
    boolean wasAway = troubles.containsKey(servers);
    boolean isAway = found.containsKey(servers);
    if (isAway && !wasAway) {
      awaySince = System.nanoTime();
    }
    found.forEach(
        (subject, trouble) -> {
          if (!troubles.containsKey(subject)) {
            log.accept(trouble);
          }
        });
    if (wasAway && !isAway) {
      log.accept(
          "Kafka at %s answers again, after about %d s: the job goes on"
              .formatted(servers, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - awaySince)));
    }
    troubles
        .keySet()
        .forEach(
            subject -> {
              if (!subject.equals(servers) && !isAway && !found.containsKey(subject)) {
                log.accept("The topic %s can be used again".formatted(subject));
              }
            });
  }

  private Map<String, String> troubles() throws InterruptedException {
    Map<String, String> found = new TreeMap<>();
    Map<String, KafkaFuture<TopicDescription>> answers =
        admin.describeTopics(topics).topicNameValues();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> answer : answers.entrySet()) {
      try {
        answer.getValue().get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof TimeoutException) {
          // What is known of the topics stays as it is.
          Map<String, String> away = new TreeMap<>(troubles);
          away.put(servers, away(e));
          return away;
        }
        found.put(answer.getKey(), ofTopic(answer.getKey(), e));
      }
    }
    return found;
  }

  private String away(ExecutionException e) {
    return "Kafka at %s does not answer: the job waits for it for up to %d s (%s)"
        .formatted(servers, longestOutage.toSeconds(), KafkaFailure.sentence(e));
  }

  private static String ofTopic(String topic, ExecutionException e) {
    return e.getCause() instanceof UnknownTopicOrPartitionException
        ? "The topic %s does not exist any more, or this user may not see it: create it again as it was, then the job goes on"
            .formatted(topic)
        : "The topic %s cannot be used: %s".formatted(topic, KafkaFailure.sentence(e));
  }
}
