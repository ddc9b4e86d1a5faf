package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.JobOptions.OUTPUT_TRANSACTION_TIMEOUT;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * The times after which a producer gives up, in milliseconds. A producer that gives up fails the
 * job, so an outage that the transactions survive must not make it do so: what the user does not
 * set lasts as long as a transaction. Kafka itself gives up after two minutes.
 *
 * @param request kafka.request.timeout.ms: a request
 * @param linger kafka.linger.ms: waiting for more records of a request
 * @param delivery kafka.delivery.timeout.ms: a record, over all attempts to send it
 * @param maxBlock kafka.max.block.ms: waiting for room, metadata, or the end of a transaction
 */
public record ProducerTimes(long request, long linger, long delivery, long maxBlock) {

  private static final long REQUEST = 30_000; // Kafka's default
  private static final long LINGER_IN_TRANSACTION = 1000;
  private static final long LINGER = 5; // Kafka's default

  /** The times of the producers of a job. */
  public static ProducerTimes of(KafkaClients clients, JobConfig.Output output, Delivery delivery) {
    long asTransaction = output.transactionTimeout().toMillis();
    // Records become visible when their transaction ends, so there is time to fill large requests.
    long linger =
        given(
            clients,
            ProducerConfig.LINGER_MS_CONFIG,
            delivery == Delivery.EXACTLY_ONCE ? LINGER_IN_TRANSACTION : LINGER);
    long request = given(clients, ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST);
    return new ProducerTimes(
        request,
        linger,
        given(
            clients,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            Math.min(Integer.MAX_VALUE, Math.max(asTransaction, request + linger))),
        given(clients, ProducerConfig.MAX_BLOCK_MS_CONFIG, asTransaction));
  }

  /** The times of the producers of a job that give up first. */
  public static ProducerTimes shortest(JobConfig config) {
    return Arrays.stream(Sink.values())
        .map(sink -> of(config.kafka(), config.output(), sink.delivery(config.output())))
        .min(Comparator.comparing(ProducerTimes::longestOutage))
        .orElseThrow();
  }

  /** The longest outage of Kafka that is waited out. */
  public Duration longestOutage() {
    return Duration.ofMillis(Math.min(delivery, maxBlock));
  }

  /** Adds the times to the settings of a producer. */
  public void addTo(Properties producer) {
    producer.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Long.toString(request));
    producer.put(ProducerConfig.LINGER_MS_CONFIG, Long.toString(linger));
    producer.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Long.toString(delivery));
    producer.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.toString(maxBlock));
  }

  /** Notes a problem when Kafka would refuse the times, at each start of the running job. */
  static void check(JobConfig config, SettingReader in) {
    for (Sink sink : Sink.values()) {
      ProducerTimes times = of(config.kafka(), config.output(), sink.delivery(config.output()));
      if (times.delivery < times.request + times.linger) {
        in.problem(
            "Invalid kafka.%s: %d (must be at least kafka.%s + kafka.%s = %d; without it, it is %s)"
                .formatted(
                    ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                    times.delivery,
                    ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    ProducerConfig.LINGER_MS_CONFIG,
                    times.request + times.linger,
                    OUTPUT_TRANSACTION_TIMEOUT.key()));
        return;
      }
    }
  }

  /** A value that is no number is Kafka's to refuse: a client may find the number elsewhere. */
  private static long given(KafkaClients clients, String key, long otherwise) {
    Map<String, String> settings = clients.settings();
    try {
      return Long.parseLong(settings.getOrDefault(key, Long.toString(otherwise)).trim());
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }
}
