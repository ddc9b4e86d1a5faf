package io.rankstream.pipeline.receive;

import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.RegisteredSchema;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;

/**
 * The schemas that are known belong to the state: after a failure, the records since the last
 * checkpoint can be read whether or not the registry is there.
 *
 * <p>After a change of the parallelism a task may have to ask the registry again. Union state, of
 * which every task gets all, would spare that, but Flink fails the checkpoints of a job with such
 * state while some of its tasks have reached the end of a bounded input and others have not.
 */
final class SchemaMemory {

  private final ListState<Tuple3<String, Integer, String>> schemas;

  SchemaMemory(OperatorStateStore store) throws Exception {
    schemas =
        store.getListState(
            new ListStateDescriptor<>(
                "registered-schemas", Types.TUPLE(Types.STRING, Types.INT, Types.STRING)));
  }

  /** Gives an envelope the schemas of the restored state. */
  void restore(ImageEnvelope envelope) throws Exception {
    List<RegisteredSchema> known = new ArrayList<>();
    for (Tuple3<String, Integer, String> each : schemas.get()) {
      known.add(new RegisteredSchema(each.f0, each.f1, each.f2));
    }
    envelope.restore(known);
  }

  /** Puts the schemas that an envelope knows by now into the state. */
  void keep(ImageEnvelope envelope) throws Exception {
    schemas.update(
        envelope.knownSchemas().stream()
            .map(each -> Tuple3.of(each.registry(), each.id(), each.schema()))
            .toList());
  }
}
