package io.rankstream.pipeline.connect;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes what may wait for a broker that is away, and waits for it only so long. */
final class BoundedClose {

  private static final Logger LOG = LoggerFactory.getLogger(BoundedClose.class);

  /** Several writers may share a task, which Flink gives three minutes to end. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private BoundedClose() {}

  /**
   * Closes a resource. Its thread is interrupted when it takes too long, which ends its waiting.
   *
   * @param topic topic that the resource belongs to
   */
  static void of(AutoCloseable resource, String topic) throws InterruptedException {
    of(resource, topic, PATIENCE);
  }

  static void of(AutoCloseable resource, String topic, Duration patience)
      throws InterruptedException {
    Thread closing = new Thread(() -> close(resource, topic), "close-" + topic);
    closing.setDaemon(true);
    closing.start();
    try {
      closing.join(patience.toMillis());
      if (closing.isAlive()) {
        closing.interrupt();
        closing.join(patience.toMillis());
      }
    } catch (InterruptedException e) {
      closing.interrupt();
      throw e;
    }
  }

  private static void close(AutoCloseable resource, String topic) {
    try {
      resource.close();
    } catch (Exception e) {
      LOG.info("The writer of {} was closed with an error", topic, e);
    }
  }
}
