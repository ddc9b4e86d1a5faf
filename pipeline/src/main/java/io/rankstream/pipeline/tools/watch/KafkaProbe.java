package io.rankstream.pipeline.tools.watch;

import io.rankstream.pipeline.kafka.KafkaFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks Kafka every few seconds whether it answers, and how many records the input has: consumers
 * wait in silence when Kafka is gone.
 */
final class KafkaProbe implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofSeconds(3);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Admin admin;
  private final LiveRun run;
  private final ScheduledExecutorService thread =
      new ScheduledThreadPoolExecutor(1, new ExecutorThreadFactory("watch-kafka"));

  /**
   * @param admin client that stays the caller's
   * @param run takes what is found
   */
  KafkaProbe(Admin admin, LiveRun run) {
    this.admin = admin;
    this.run = run;
    ScheduledFuture<?> unused =
        thread.scheduleWithFixedDelay(this::look, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void look() {
    try {
      admin.describeCluster().nodes().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      run.kafkaAnswers();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (ExecutionException | TimeoutException e) {
      run.kafkaIsAway(KafkaFailure.sentence(e));
      return;
    }

    try {
      run.waiting(waiting(run.inputDone()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      run.waiting(null); // the input is gone, or this user may not see it
    }
  }

  /** Records of the input after those that are done; null before the first is done. */
  private Long waiting(Map<TopicPartition, Long> done)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (done.isEmpty()) {
      return null;
    }

    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    done.keySet().forEach(partition -> ends.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, ListOffsetsResultInfo> found =
        admin.listOffsets(ends).all().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    long waiting = 0;
    for (Map.Entry<TopicPartition, Long> each : done.entrySet()) {
      waiting += Math.max(0, found.get(each.getKey()).offset() - each.getValue());
    }
    return waiting;
  }
}
