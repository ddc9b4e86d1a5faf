package io.rankstream.pipeline.drift;

import io.rankstream.pipeline.window.SharedSerializer;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The keyed state of the measurement, of the stream that is the current key. Values are {@linkplain
 * SharedSerializer shared}, so that a checkpoint copies none.
 */
final class AnchorState {

  /** Name of the state that every stream with anchors has. */
  static final String VERSIONS = "measured-versions";

  private final MapState<String, Anchor> anchors;
  private final MapState<String, AnchorEmbeddings> embeddings;
  private final ValueState<MeasuredVersions> versions;

  AnchorState(RuntimeContext context) {
    anchors =
        context.getMapState(
            new MapStateDescriptor<>(
                "anchors", context.createSerializer(Types.STRING), shared(context, Anchor.class)));
    embeddings =
        context.getMapState(
            new MapStateDescriptor<>(
                "anchor-embeddings",
                context.createSerializer(Types.STRING),
                shared(context, AnchorEmbeddings.class)));
    versions =
        context.getState(
            new ValueStateDescriptor<>(VERSIONS, shared(context, MeasuredVersions.class)));
  }

  private static <T> SharedSerializer<T> shared(RuntimeContext context, Class<T> type) {
    return new SharedSerializer<>(context.createSerializer(TypeInformation.of(type)));
  }

  Iterable<Map.Entry<String, Anchor>> anchors() throws Exception {
    return anchors.entries();
  }

  Anchor anchor(String imageId) throws Exception {
    return anchors.get(imageId);
  }

  void add(String imageId, Anchor anchor) throws Exception {
    anchors.put(imageId, anchor);
  }

  void remove(String imageId) throws Exception {
    anchors.remove(imageId);
    embeddings.remove(imageId);
  }

  /** What the versions made of an anchor. */
  AnchorEmbeddings embeddings(String imageId) throws Exception {
    AnchorEmbeddings found = embeddings.get(imageId);
    return found == null ? AnchorEmbeddings.NONE : found;
  }

  void embeddings(String imageId, AnchorEmbeddings values) throws Exception {
    embeddings.put(imageId, values);
  }

  MeasuredVersions versions() throws Exception {
    MeasuredVersions found = versions.value();
    return found == null ? MeasuredVersions.NONE : found;
  }

  void versions(MeasuredVersions value) throws Exception {
    versions.update(value);
  }
}
