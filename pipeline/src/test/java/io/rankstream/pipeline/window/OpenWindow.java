package io.rankstream.pipeline.window;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/** The window of one stream with its insides in sight, without the operator around it. */
final class OpenWindow implements AutoCloseable {

  final KeyedStateHarness harness;
  final WindowState state;
  final RecentImages recent;
  final ClassTable table;
  final PkEvents events = new PkEvents(new UnregisteredMetricsGroup());
  final StreamWindow window;

  OpenWindow(JobConfig config) throws Exception {
    this(config, new KeyedStateHarness());
  }

  /** A window that goes on from what another one saved in a state. */
  OpenWindow(JobConfig config, KeyedStateHarness harness) throws Exception {
    this.harness = harness;
    state = new WindowState(harness.context());
    PkSettings settings = PkSettings.of(config);
    recent = new RecentImages(harness.context(), config.window().repeats());
    table = new ClassTable(config.batch(), state);
    window =
        new StreamWindow(
            Fixtures.key("default"),
            state.counters(),
            table,
            new Enrolment(settings, table, state),
            state,
            recent,
            settings,
            events,
            0);
  }

  /** Adds an image as the operator does, but in the place of no other. */
  void add(AcceptedImage image, long now) throws Exception {
    window.arrive(now);
    recent.remember(image);
    window.addFresh(image, now);
  }

  /** Ids of the images in the reservoir of a class. */
  List<String> kept(String label) throws Exception {
    List<String> ids = new ArrayList<>();
    for (int slot = 0; slot < table.ledger(label).kept(); slot++) {
      ids.add(state.kept(label, slot).imageId());
    }
    return ids;
  }

  /** Ids of the fresh and the kept images, each with the classes that hold it. */
  Map<String, List<String>> held() throws Exception {
    Map<String, List<String>> held = new TreeMap<>();
    for (String label : table.labels()) {
      ClassLedger ledger = table.ledger(label);
      List<String> ids = kept(label);
      for (long place = ledger.firstFresh(); place < ledger.nextFresh(); place++) {
        ids.add(state.fresh(label, place).image().imageId());
      }
      ids.forEach(id -> held.computeIfAbsent(id, none -> new ArrayList<>()).add(label));
    }
    held.values().forEach(labels -> labels.sort(null));
    return held;
  }

  @Override
  public void close() throws Exception {
    harness.close();
  }
}
