package io.rankstream.pipeline.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.config.EngineDefaults;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clusters in one process, with jobs that do next to nothing. */
class LocalClusterTest {

  @Test
  void clustersWithTheSameFirstPortAnswerAtTheAddressesThatTheyGive() throws Exception {
    try (LocalCluster first = start("0");
        LocalCluster second = start(EngineDefaults.portsFrom(first.page().getPort()))) {
      assertThat(second.page()).isNotEqualTo(first.page());

      first.run(job(1), "job-of-the-first");
      second.run(job(1), "job-of-the-second");

      assertThat(jobs(first)).contains("job-of-the-first").doesNotContain("job-of-the-second");
      assertThat(jobs(second)).contains("job-of-the-second").doesNotContain("job-of-the-first");
    }
  }

  @Test
  void aTakenPortIsReportedWithTheSettingToChange() throws Exception {
    try (LocalCluster first = start("0")) {
      String taken = Integer.toString(first.page().getPort());

      assertThatThrownBy(() -> start(taken).close())
          .isInstanceOf(BindException.class)
          .hasMessage(
              "No free port in %s for Flink's page: give others with --rest.bind-port"
                  .formatted(taken));
    }
  }

  @Test
  void theFailureOfAJobIsThatOfItsTask() throws Exception {
    try (LocalCluster cluster = start("0")) {
      assertThatThrownBy(() -> cluster.run(job(0), "dividing"))
          .rootCause()
          .isInstanceOf(ArithmeticException.class);
    }
  }

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES) // a job without a task manager would wait for ever
  void aRunEndsWhenItsTaskManagerHasEnded() throws Exception {
    try (LocalCluster cluster = start("0")) {
      cluster.run(job(1), "first"); // the task manager is there, and the next run sees it
      CompletableFuture<Void> run =
          CompletableFuture.runAsync(
              () -> {
                try {
                  cluster.run(endlessJob(), "endless", Duration.ofMillis(50));
                } catch (Exception e) {
                  throw new CompletionException(e);
                }
              });
      while (!jobs(cluster).contains("RUNNING")) {
        Thread.onSpinWait();
      }
      cluster.terminateTaskManager(0);

      assertThatThrownBy(run::get)
          .rootCause()
          .hasMessageContaining("A TaskManager of this process has ended")
          .hasMessageContaining("start it again from its last checkpoint");
    }
  }

  private static LocalCluster start(String ports) throws Exception {
    Configuration settings = new Configuration();
    settings.set(RestOptions.BIND_PORT, ports);
    return LocalCluster.start(settings, 1);
  }

  /** A job that divides a few numbers. */
  private static StreamExecutionEnvironment job(int divisor) {
    Configuration settings = new Configuration();
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(EngineDefaults.forLocal(settings));
    env.fromSequence(1, 3)
        .uid("numbers")
        .map(new Divide(divisor))
        .uid("quotients")
        .sinkTo(new DiscardingSink<>())
        .uid("discard");
    return env;
  }

  private static StreamExecutionEnvironment endlessJob() {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(
            EngineDefaults.forLocal(new Configuration()));
    env.fromSequence(1, Long.MAX_VALUE).uid("numbers").sinkTo(new DiscardingSink<>()).uid("none");
    return env;
  }

  private static final class Divide implements MapFunction<Long, Long> {

    private static final long serialVersionUID = 1L;

    private final int divisor;

    Divide(int divisor) {
      this.divisor = divisor;
    }

    @Override
    public Long map(Long number) {
      return number / divisor;
    }
  }

  private static String jobs(LocalCluster cluster) throws Exception {
    URI overview = cluster.page().resolve("/jobs/overview");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(overview).build(), BodyHandlers.ofString())
        .body();
  }
}
