package io.rankstream.lab.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures contestants in turn, in short windows: A B C A B C …. */
final class Contest {

  /** One measured window. */
  @FunctionalInterface
  interface Window {
    double measure() throws Exception;
  }

  /** Work to measure the pace of. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  private final Map<String, Window> contestants = new LinkedHashMap<>();

  Contest add(String name, Window window) {
    contestants.put(name, window);
    return this;
  }

  /**
   * Runs one round to warm up, which is not counted, and then the measured rounds.
   *
   * @return the windows of each contestant
   */
  Map<String, double[]> run(int rounds) throws Exception {
    Map<String, List<Double>> windows = new LinkedHashMap<>();
    for (int round = -1; round < rounds; round++) {
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

  /** A window that repeats some work, at least once, and measures repetitions per second. */
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
