package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.AcceptedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The keyed state of the window. Images are in maps of their own, apart from the small ledgers, so
 * that an access touches one image and never a whole class.
 */
final class WindowState {

  private final ValueState<WindowClock> clock;
  private final MapState<String, ClassLedger> ledgers;
  private final MapState<ImageKey, AcceptedImage> fresh;
  private final MapState<ImageKey, ReservoirEntry> reservoir;
  private final MapState<Long, ImageKey> ages;
  private final ListState<AcceptedImage> embedding;

  WindowState(RuntimeContext context) {
    TypeInformation<ImageKey> imageKey = TypeInformation.of(ImageKey.class);
    TypeInformation<AcceptedImage> image = TypeInformation.of(AcceptedImage.class);
    clock =
        context.getState(
            new ValueStateDescriptor<>("clock", TypeInformation.of(WindowClock.class)));
    ledgers =
        context.getMapState(
            new MapStateDescriptor<>(
                "ledgers", Types.STRING, TypeInformation.of(ClassLedger.class)));
    fresh = context.getMapState(new MapStateDescriptor<>("fresh", imageKey, image));
    reservoir =
        context.getMapState(
            new MapStateDescriptor<>(
                "reservoir", imageKey, TypeInformation.of(ReservoirEntry.class)));
    ages = context.getMapState(new MapStateDescriptor<>("ages", Types.LONG, imageKey));
    embedding = context.getListState(new ListStateDescriptor<>("embedding", image));
  }

  /** The counters of the stream, or null when the stream is new. */
  WindowClock clock() throws Exception {
    return clock.value();
  }

  void clock(WindowClock value) throws Exception {
    clock.update(value);
  }

  /** The ledger of a class, or null when the class is new. */
  ClassLedger ledger(String label) throws Exception {
    return ledgers.get(label);
  }

  void ledger(String label, ClassLedger ledger) throws Exception {
    ledgers.put(label, ledger);
  }

  Iterable<Map.Entry<String, ClassLedger>> ledgers() throws Exception {
    return ledgers.entries();
  }

  void addFresh(String label, long index, AcceptedImage image) throws Exception {
    fresh.put(new ImageKey(label, index), image);
  }

  AcceptedImage takeFresh(String label, long index) throws Exception {
    ImageKey key = new ImageKey(label, index);
    AcceptedImage image = fresh.get(key);
    fresh.remove(key);
    return image;
  }

  ReservoirEntry kept(String label, long index) throws Exception {
    return reservoir.get(new ImageKey(label, index));
  }

  void keep(String label, long index, ReservoirEntry entry) throws Exception {
    ImageKey key = new ImageKey(label, index);
    reservoir.put(key, entry);
    ages.put(entry.age(), key);
  }

  /** Removes a reservoir entry and returns it. */
  ReservoirEntry drop(String label, long index) throws Exception {
    ImageKey key = new ImageKey(label, index);
    ReservoirEntry entry = reservoir.get(key);
    reservoir.remove(key);
    ages.remove(entry.age());
    return entry;
  }

  /** The key of the reservoir entry of an age, or null when it is gone. */
  ImageKey keptAt(long age) throws Exception {
    return ages.get(age);
  }

  void queueForEmbedding(AcceptedImage image) throws Exception {
    embedding.add(image);
  }

  List<AcceptedImage> takeEmbeddingQueue() throws Exception {
    List<AcceptedImage> images = new ArrayList<>();
    embedding.get().forEach(images::add);
    embedding.clear();
    return images;
  }
}
