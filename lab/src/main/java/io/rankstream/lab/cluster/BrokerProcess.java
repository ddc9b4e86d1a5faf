package io.rankstream.lab.cluster;

import io.rankstream.lab.local.EmbeddedKafka;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The main class of a broker process. Arguments: directory, port, port of the controller; and for
 * clients that come through a link, the port behind it and the one in front.
 */
final class BrokerProcess {

  private BrokerProcess() {}

  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[1]);
    int controllerPort = Integer.parseInt(arguments[2]);
    Map<String, String> settings = new HashMap<>();
    // A broker that was killed may register again soon.
    settings.put("broker.session.timeout.ms", "2000");
    settings.put("broker.heartbeat.interval.ms", "500");
    if (arguments.length > 3) {
      settings.putAll(linked(port, controllerPort, arguments[3], arguments[4]));
    }

    try (EmbeddedKafka broker =
        EmbeddedKafka.startAt(Path.of(arguments[0]), port, controllerPort, settings)) {
      new CountDownLatch(1).await(); // until it is killed
    }
  }

  /** Clients that come through the link must be sent there again. */
  private static Map<String, String> linked(
      int port, int controllerPort, String behind, String inFront) {
    return Map.of(
        "listeners",
        "CLIENTS://localhost:%d,CONTROLLER://localhost:%d,LINK://localhost:%s"
            .formatted(port, controllerPort, behind),
        "advertised.listeners",
        "CLIENTS://localhost:%d,LINK://localhost:%s".formatted(port, inFront),
        "listener.security.protocol.map",
        "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT,LINK:PLAINTEXT");
  }
}
