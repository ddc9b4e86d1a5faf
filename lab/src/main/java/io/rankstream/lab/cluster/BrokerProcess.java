package io.rankstream.lab.cluster;

import io.rankstream.lab.local.EmbeddedKafka;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The main class of a broker process; arguments: directory, port, port of the controller. */
final class BrokerProcess {

  private BrokerProcess() {}

  public static void main(String[] arguments) throws Exception {
    try (EmbeddedKafka broker =
        EmbeddedKafka.startAt(
            Path.of(arguments[0]),
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]),
            // A broker that was killed may register again soon.
            Map.of("broker.session.timeout.ms", "2000", "broker.heartbeat.interval.ms", "500"))) {
      new CountDownLatch(1).await(); // until it is killed
    }
  }
}
