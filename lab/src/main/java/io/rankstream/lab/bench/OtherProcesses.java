package io.rankstream.lab.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The programs of a benchmark that takes turns with them. */
final class OtherProcesses implements AutoCloseable {

  private final List<OtherProcess> processes = new ArrayList<>();
  private final Map<String, List<Double>> windows = new LinkedHashMap<>();

  void add(OtherProcess process) {
    processes.add(process);
    windows.put(process.name(), new ArrayList<>());
  }

  /** Lets each run for some seconds, which are not counted. */
  void warmUp(double seconds) throws IOException {
    for (OtherProcess process : processes) {
      process.stepsPerSecond(seconds);
    }
  }

  /** Measures a window of each. */
  void measure(double seconds) throws IOException {
    for (OtherProcess process : processes) {
      windows.get(process.name()).add(process.stepsPerSecond(seconds));
    }
  }

  /** Steps per second of the measured windows, by the name of the program. */
  Map<String, double[]> rates() {
    Map<String, double[]> rates = new LinkedHashMap<>();
    windows.forEach(
        (name, values) ->
            rates.put(name, values.stream().mapToDouble(Double::doubleValue).toArray()));
    return rates;
  }

  @Override
  public void close() {
    processes.forEach(OtherProcess::close);
  }
}
