package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.AcceptedImage;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The keyed state of the window. Images are in maps of their own, apart from the small ledgers, so
 * that an access touches one image and never a whole class. Keys and values are {@linkplain
 * SharedSerializer shared}, so that a checkpoint does not copy them.
 */
final class WindowState {

  private final ValueState<WindowCounters> counters;
  private final ValueState<RoundCounters> rounds;
  private final MapState<String, ClassLedger> ledgers;
  private final MapState<String, Boolean> enrolled;
  private final MapState<ImageKey, FreshImage> fresh;
  private final MapState<ImageKey, AcceptedImage> reservoir;
  private final MapState<String, String[]> labels;

  WindowState(RuntimeContext context) {
    SharedSerializer<ImageKey> key = shared(context, ImageKey.class);
    SharedSerializer<AcceptedImage> image = shared(context, AcceptedImage.class);
    counters =
        context.getState(
            new ValueStateDescriptor<>("counters", TypeInformation.of(WindowCounters.class)));
    rounds =
        context.getState(
            new ValueStateDescriptor<>("rounds", TypeInformation.of(RoundCounters.class)));
    ledgers =
        context.getMapState(
            new MapStateDescriptor<>(
                "ledgers",
                context.createSerializer(Types.STRING),
                shared(context, ClassLedger.class)));
    enrolled =
        context.getMapState(
            new MapStateDescriptor<>("enrolled-labels", Types.STRING, Types.BOOLEAN));
    fresh =
        context.getMapState(
            new MapStateDescriptor<>("fresh", key, shared(context, FreshImage.class)));
    reservoir = context.getMapState(new MapStateDescriptor<>("reservoir", key, image));
    labels =
        context.getMapState(
            new MapStateDescriptor<>(
                "labels-by-id",
                context.createSerializer(Types.STRING),
                shared(context, String[].class)));
  }

  /** A serializer that shares the values of a type, which nobody changes. */
  static <T> SharedSerializer<T> shared(RuntimeContext context, Class<T> type) {
    return new SharedSerializer<>(context.createSerializer(TypeInformation.of(type)));
  }

  /** The counters of the stream; new ones when the stream is new. */
  WindowCounters counters() throws Exception {
    WindowCounters value = counters.value();
    return value == null ? new WindowCounters() : value.copy();
  }

  /** Stores a copy: on the heap, a checkpoint may still have to write what the state holds. */
  void counters(WindowCounters value) throws Exception {
    counters.update(value.copy());
  }

  /** The rounds of the stream; new ones when its model never had replicas. */
  RoundCounters rounds() throws Exception {
    RoundCounters value = rounds.value();
    return value == null ? new RoundCounters() : value.copy();
  }

  /** Stores a copy, as {@link #counters(WindowCounters)} does. */
  void rounds(RoundCounters value) throws Exception {
    rounds.update(value.copy());
  }

  /** Stores the ledger of a class, or removes it for null. */
  void ledger(String label, ClassLedger ledger) throws Exception {
    if (ledger == null) {
      ledgers.remove(label);
    } else {
      ledgers.put(label, ledger);
    }
  }

  Iterable<Map.Entry<String, ClassLedger>> ledgers() throws Exception {
    return ledgers.entries();
  }

  /** Whether a label was ever enrolled, and so may be in the vocabulary of the model. */
  boolean isEnrolled(String label) throws Exception {
    return enrolled.contains(label);
  }

  void enrol(String label) throws Exception {
    enrolled.put(label, true);
  }

  /** Labels that were ever enrolled; walks over them. */
  int countEnrolled() throws Exception {
    int count = 0;
    for (String ignored : enrolled.keys()) {
      count++;
    }
    return count;
  }

  FreshImage fresh(String label, long index) throws Exception {
    return fresh.get(new ImageKey(label, index));
  }

  void fresh(String label, long index, FreshImage image) throws Exception {
    fresh.put(new ImageKey(label, index), image);
  }

  FreshImage takeFresh(String label, long index) throws Exception {
    ImageKey key = new ImageKey(label, index);
    FreshImage image = fresh.get(key);
    fresh.remove(key);
    return image;
  }

  AcceptedImage kept(String label, long index) throws Exception {
    return reservoir.get(new ImageKey(label, index));
  }

  void keep(String label, long index, AcceptedImage image) throws Exception {
    reservoir.put(new ImageKey(label, index), image);
  }

  void drop(String label, long index) throws Exception {
    reservoir.remove(new ImageKey(label, index));
  }

  /** The entries of an image in the {@link ImageIndex}, or null; not to be changed. */
  String[] labels(String imageId) throws Exception {
    return labels.get(imageId);
  }

  /** Stores the entries of an image, or removes them for null. */
  void labels(String imageId, String[] entries) throws Exception {
    if (entries == null) {
      labels.remove(imageId);
    } else {
      labels.put(imageId, entries);
    }
  }
}
