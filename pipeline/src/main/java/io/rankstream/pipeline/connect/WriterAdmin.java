package io.rankstream.pipeline.connect;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the admin client that an exactly-once writer of the connector opens to find transactions
 * that a failure left, and that its version 5.0 never closes: each start of a task would leave a
 * thread and its connections behind. Nothing but the writer's own field leads to the client, and to
 * a writer that fails in its start nothing but a gauge that it sets before. Later versions close
 * it; then this class goes.
 */
final class WriterAdmin {

  private static final Logger LOG = LoggerFactory.getLogger(WriterAdmin.class);
  private static final String FIELD = "adminClient";

  private Object gauge;

  /** A group that remembers which writer sets its gauge. */
  SinkWriterMetricGroup watch(SinkWriterMetricGroup group) {
    return (SinkWriterMetricGroup)
        Proxy.newProxyInstance(
            WriterAdmin.class.getClassLoader(),
            new Class<?>[] {SinkWriterMetricGroup.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("setCurrentSendTimeGauge")) {
                gauge = arguments[0];
              }
              try {
                return method.invoke(group, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Closes the client of the writer that set the gauge and then failed, if it has one. */
  void closeOfFailed() {
    if (gauge == null) {
      return;
    }
    for (Field captured : gauge.getClass().getDeclaredFields()) {
      try {
        captured.setAccessible(true);
        close(captured.get(gauge));
      } catch (IllegalAccessException | RuntimeException e) {
        LOG.debug("The admin client of a writer that failed stays open", e);
      }
    }
  }

  /**
   * Closes the client of a writer, if it has one.
   *
   * @param writer a writer of the connector, which is closed or is about to be
   */
  static void close(Object writer) {
    try {
      Field field = writer.getClass().getDeclaredField(FIELD);
      field.setAccessible(true);
      if (field.get(writer) instanceof Admin admin) {
        admin.close(Duration.ZERO);
      }
    } catch (NoSuchFieldException e) {
      // a writer without transactions has none
    } catch (IllegalAccessException | RuntimeException e) {
      LOG.debug("The admin client of a writer stays open", e);
    }
  }
}
