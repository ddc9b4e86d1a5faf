package io.rankstream.lab.bench;

import io.rankstream.model.Devices;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.Precision;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.start.DecidedPrecisions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;

/**
 * Settings of the benchmarks.
 *
 * @param settings settings of the measured job
 * @param losses losses of the measured steps
 * @param rounds measured windows of each contestant
 * @param seconds length of a window; a window has at least one repetition
 * @param against commands of programs that take the same step
 * @param data images to decode and to feed, or empty for drawn ones
 * @param classes numbers of classes for the window
 * @param payloads sizes of a record for the window, in bytes
 * @param backends state backends for the window: hashmap, rocksdb
 * @param megabytes size of the state for the checkpoint
 * @param replicas numbers of trainers of one model
 */
public record BenchPlan(
    Configuration settings,
    List<RankingLoss> losses,
    int rounds,
    double seconds,
    List<String> against,
    Optional<Path> data,
    List<Integer> classes,
    List<Integer> payloads,
    List<String> backends,
    int megabytes,
    List<Integer> replicas) {

  public BenchPlan {
    require(rounds >= 1, "rounds", rounds, "at least 1");
    require(seconds >= 0, "seconds", seconds, "at least 0");
    require(megabytes >= 1, "megabytes", megabytes, "at least 1");
    classes.forEach(count -> require(count >= 2, "classes", count, "at least 2"));
    payloads.forEach(bytes -> require(bytes >= 1, "payload", bytes, "at least 1 byte"));
  }

  /** Float32, and bfloat16 beside it where the settings ask for it or leave it open. */
  static List<Precision> compared(Precision asked) {
    return asked == Precision.FLOAT32
        ? List.of(Precision.FLOAT32)
        : List.of(Precision.FLOAT32, Precision.BFLOAT16);
  }

  /** The checked settings of the measured job. */
  JobConfig config() {
    return DecidedPrecisions.of(JobConfig.from(settings));
  }

  /**
   * A window of work in PyTorch. With one thread it goes by that thread's CPU time: what it does on
   * a machine that it shares with others.
   */
  Contest.Window window(Contest.Work work) {
    return Devices.threads() == 1 ? Contest.cpuRate(seconds, work) : Contest.rate(seconds, work);
  }

  /** The unit of such a window, such as steps/s, or steps/CPU-s. */
  String unit(String what) {
    return what + (Devices.threads() == 1 ? "/CPU-s" : "/s");
  }

  private static void require(boolean holds, String name, Object value, String rule) {
    if (!holds) {
      throw new UsageException("Invalid %s: %s (must be %s)".formatted(name, value, rule));
    }
  }
}
