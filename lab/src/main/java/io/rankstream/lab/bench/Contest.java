package io.rankstream.lab.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures contestants in turn, A B C A B C …, in short windows, so that a machine that changes its
 * pace changes it for all of them.
 */
public final class Contest {

  /** A window of one contestant; the result is in its unit, such as milliseconds. */
  @FunctionalInterface
  public interface Window {
    double measure() throws Exception;
  }

  /** Work to measure the pace of. */
  @FunctionalInterface
  public interface Work {
    void run() throws Exception;
  }

  private final Map<String, Window> contestants = new LinkedHashMap<>();

  /** Adds a contestant, measured after those that were added before it. */
  public Contest add(String name, Window window) {
    contestants.put(name, window);
    return this;
  }

  /**
   * Runs one round to warm up, which is not counted, and then the measured rounds.
   *
   * @return the windows of each contestant
   */
  Map<String, double[]> run(int rounds) throws Exception {
    return run(1, rounds);
  }

  /**
   * Measures all contestants in every round.
   *
   * @param warmUp rounds that are run first and not counted
   * @param rounds rounds that are counted
   * @return the windows of each contestant by name, one for each counted round
   */
  public Map<String, double[]> run(int warmUp, int rounds) throws Exception {
    Map<String, List<Double>> windows = new LinkedHashMap<>();
    for (int round = -warmUp; round < rounds; round++) {
      for (Map.Entry<String, Window> contestant : contestants.entrySet()) {
        double value = contestant.getValue().measure();
        if (round >= 0) {
          windows.computeIfAbsent(contestant.getKey(), name -> new ArrayList<>()).add(value);
        }
      }
    }

    Map<String, double[]> measured = new LinkedHashMap<>();
    windows.forEach(
        (name, values) ->
            measured.put(name, values.stream().mapToDouble(Double::doubleValue).toArray()));
    return measured;
  }

  /** A window that does some work once and measures its milliseconds. */
  public static Window millis(Work work) {
    return () -> {
      long start = System.nanoTime();
      work.run();
      return (System.nanoTime() - start) / 1e6;
    };
  }

  /**
   * A window that repeats some work, at least once, and measures its repetitions per second of this
   * thread's CPU time: what a thread does on a machine that it shares with others.
   */
  static Window cpuRate(double seconds, Work work) {
    return () -> {
      ThreadMXBean threads = ManagementFactory.getThreadMXBean();
      long start = threads.getCurrentThreadCpuTime();
      long end = start + (long) (seconds * 1e9);
      long times = 0;
      do {
        work.run();
        times++;
      } while (threads.getCurrentThreadCpuTime() < end);
      return times * 1e9 / (threads.getCurrentThreadCpuTime() - start);
    };
  }

  /** A window that repeats some work, at least once, and measures its repetitions per second. */
  static Window rate(double seconds, Work work) {
    return () -> {
      long start = System.nanoTime();
      long end = start + (long) (seconds * 1e9);
      long times = 0;
      do {
        work.run();
        times++;
      } while (System.nanoTime() < end);
      return times * 1e9 / (System.nanoTime() - start);
    };
  }
}
