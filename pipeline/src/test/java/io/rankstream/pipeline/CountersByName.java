package io.rankstream.pipeline;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/** A metric group whose counters can be read by name. */
public final class CountersByName extends UnregisteredMetricsGroup {

  private final Map<String, Counter> byName = new HashMap<>();

  @Override
  public Counter counter(String name) {
    return byName.computeIfAbsent(name, key -> new SimpleCounter());
  }

  /** The value of a counter that was registered. */
  public long of(String name) {
    return byName.get(name).getCount();
  }
}
