package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProducerTimesTest {

  @Test
  void aProducerWaitsAsLongAsATransactionLasts() {
    ProducerTimes times = times(new JobSettings(), Delivery.EXACTLY_ONCE);

    assertThat(times.longestOutage()).isEqualTo(Duration.ofMinutes(15));
    assertThat(times.delivery()).isEqualTo(900_000);
    assertThat(times.maxBlock()).isEqualTo(900_000);
    assertThat(times.linger()).isEqualTo(1000);
    assertThat(times(new JobSettings(), Delivery.AT_LEAST_ONCE).delivery()).isEqualTo(900_000);
  }

  @Test
  void whatTheUserSetsCounts() {
    ProducerTimes times =
        times(
            new JobSettings()
                .withKafka("delivery.timeout.ms", "60000")
                .withKafka("max.block.ms", "50000")
                .withKafka("linger.ms", "0"),
            Delivery.EXACTLY_ONCE);

    assertThat(times).isEqualTo(new ProducerTimes(30_000, 0, 60_000, 50_000));
  }

  @Test
  void kafkaAcceptsTheTimesOfTheShortestAndTheLongestTransaction() {
    assertThat(
            times(
                    new JobSettings()
                        .with(JobOptions.OUTPUT_TRANSACTION_TIMEOUT, Duration.ofSeconds(10)),
                    Delivery.EXACTLY_ONCE)
                .delivery())
        .isEqualTo(31_000);
    assertThat(
            times(
                    new JobSettings()
                        .with(JobOptions.OUTPUT_TRANSACTION_TIMEOUT, Duration.ofDays(24)),
                    Delivery.EXACTLY_ONCE)
                .delivery())
        .isEqualTo(Duration.ofDays(24).toMillis())
        .isLessThan(Integer.MAX_VALUE);
  }

  @Test
  void timesThatKafkaWouldRefuseAreAProblemOfTheSettings() {
    JobSettings settings =
        new JobSettings()
            .withKafka("delivery.timeout.ms", "20000")
            .withKafka("request.timeout.ms", "25000");

    assertThatThrownBy(() -> JobConfig.from(settings.configuration()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "Invalid kafka.delivery.timeout.ms: 20000 (must be at least kafka.request.timeout.ms + kafka.linger.ms = 26000");
  }

  @Test
  void aValueThatComesFromElsewhereIsLeftToKafka() {
    assertThat(
            times(
                    new JobSettings().withKafka("delivery.timeout.ms", "${env:DELIVERY}"),
                    Delivery.EXACTLY_ONCE)
                .delivery())
        .isEqualTo(900_000);
  }

  private static ProducerTimes times(JobSettings settings, Delivery delivery) {
    JobConfig config = JobConfig.from(settings.configuration());
    return ProducerTimes.of(config.kafka(), config.output(), delivery);
  }
}
