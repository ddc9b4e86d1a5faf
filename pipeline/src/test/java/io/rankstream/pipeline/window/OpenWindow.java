package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/** The window of one stream with its insides in sight, without the operator around it. */
final class OpenWindow implements AutoCloseable {

  final KeyedStateHarness harness = new KeyedStateHarness();
  final WindowState state = new WindowState(harness.context());
  final RecentImages recent;
  final ClassTable table;
  final PkEvents events = new PkEvents(new UnregisteredMetricsGroup());
  final StreamWindow window;

  OpenWindow(JobConfig config) throws Exception {
    PkSettings settings =
        new PkSettings(
            config.batch(),
            config.window(),
            config.model().architecture().maxClasses(),
            config.model().seed());
    recent = new RecentImages(harness.context(), config.window().repeats());
    table = new ClassTable(config.batch(), state);
    window =
        new StreamWindow(
            "default",
            new WindowCounters(),
            table,
            new Enrolment(settings, table, state),
            state,
            recent,
            settings,
            events);
  }

  /** Adds an image as the operator does; returns what leaves its queue for embedding. */
  void add(AcceptedImage image, long now) throws Exception {
    window.arrive(now);
    recent.remember(image);
    var surplus = window.addFresh(image, now);
    if (surplus.isPresent()) {
      window.addForEmbedding(surplus.get().image(), surplus.get().arrival());
    }
  }

  /** Ids of the images in the reservoir of a class. */
  List<String> kept(String label) throws Exception {
    List<String> ids = new ArrayList<>();
    for (int slot = 0; slot < table.ledger(label).kept(); slot++) {
      ids.add(state.kept(label, slot).imageId());
    }
    return ids;
  }

  @Override
  public void close() throws Exception {
    harness.close();
  }
}
