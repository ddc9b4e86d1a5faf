package io.rankstream.pipeline.window;

import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;

/** The keyed state of one stream without a window around it, for classes that keep things in it. */
final class KeyedStateHarness implements AutoCloseable {

  private final KeyedProcessOperator<String, String, String> operator =
      new KeyedProcessOperator<>(new Nothing());
  private final KeyedOneInputStreamOperatorTestHarness<String, String, String> harness;

  private static final class Nothing extends KeyedProcessFunction<String, String, String> {

    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(String value, Context context, Collector<String> out) {}
  }

  /** On the heap. */
  KeyedStateHarness() throws Exception {
    this(new HashMapStateBackend());
  }

  KeyedStateHarness(StateBackend backend) throws Exception {
    harness = new KeyedOneInputStreamOperatorTestHarness<>(operator, value -> value, Types.STRING);
    harness.setStateBackend(backend);
    harness.open();
    operator.setCurrentKey("default");
  }

  RuntimeContext context() {
    return operator.getRuntimeContext();
  }

  /**
   * Begins a checkpoint as a task does before it goes on with its input. It is not written, so it
   * stays open, and the heap backend must not let anybody change what it holds.
   */
  void beginCheckpoint() throws Exception {
    operator.snapshotState(
        1,
        1,
        CheckpointOptions.forCheckpointWithDefaultLocation(),
        new MemCheckpointStreamFactory(Integer.MAX_VALUE));
  }

  /** Entries in a map of the state. */
  <K, V> int entries(String map, TypeInformation<K> key, TypeInformation<V> value)
      throws Exception {
    int entries = 0;
    for (K ignored : context().getMapState(new MapStateDescriptor<>(map, key, value)).keys()) {
      entries++;
    }
    return entries;
  }

  @Override
  public void close() throws Exception {
    harness.close();
  }
}
