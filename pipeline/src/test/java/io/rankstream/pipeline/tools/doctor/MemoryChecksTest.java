package io.rankstream.pipeline.tools.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.config.EngineDefaults;
import io.rankstream.pipeline.config.JobConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class MemoryChecksTest {

  private static final Map<String, String> TASK_MANAGER =
      Map.of(
          "taskmanager.memory.task.heap.size", "2g",
          "taskmanager.memory.managed.size", "64m",
          "taskmanager.memory.task.off-heap.size", "1g",
          "model.device", "cpu");

  @Test
  void aSmallJobFitsIntoASmallTaskManager() {
    assertThat(checks(Map.of())).extracting(Finding::level).containsOnly(Finding.Level.OK);
  }

  @Test
  void windowsThatDoNotFitIntoTheHeapAreToldWithWhatFits() {
    Map<String, String> settings =
        Map.of(
            "model.backbone", "resnet18", "input.streams", "a;b;c;d", "parallelism.default", "1");
    Finding heap = checks(settings).get(0);

    assertThat(heap.level()).isEqualTo(Finding.Level.WARNING);
    assertThat(heap.message())
        .contains("for 4 stream(s), and there are 2,048 MB: set taskmanager.memory.task.heap.size")
        .containsPattern("lower window.max-bytes to \\d+ mb, or set state.backend.type: rocksdb");
    String fits = heap.message().replaceFirst(".*window.max-bytes to (\\d+) mb.*", "$1 mb");
    assertThat(checks(with(settings, "window.max-bytes", fits)).get(0).level())
        .isEqualTo(Finding.Level.OK);
    assertThat(checks(with(settings, "state.backend.type", "rocksdb")).get(0).level())
        .isEqualTo(Finding.Level.OK);
    assertThat(checks(with(settings, "parallelism.default", "4")).get(0).level())
        .as("a stream in each of four TaskManagers")
        .isEqualTo(Finding.Level.OK);
  }

  @Test
  void modelsThatDoNotFitBesideTheHeapAreAProblem() {
    Map<String, String> settings = Map.of("model.backbone", "resnet50");
    assertThat(checks(settings).get(1).level()).isEqualTo(Finding.Level.WARNING);
    Finding offHeap =
        checks(with(settings, "taskmanager.memory.task.off-heap.size", "512m")).get(1);

    assertThat(offHeap.level()).isEqualTo(Finding.Level.PROBLEM);
    assertThat(offHeap.message())
        .contains("and there are 512 MB: set taskmanager.memory.task.off-heap.size to a size of");
  }

  @Test
  void largeWindowsShouldBeWrittenIncrementally() {
    Map<String, String> settings = Map.of("model.backbone", "resnet18", "window.max-bytes", "2 gb");

    assertThat(checks(settings).get(2).message())
        .contains(
            "set state.backend.type: rocksdb, execution.checkpointing.incremental: true and taskmanager.memory.managed.size: 512m");
    Map<String, String> rocksDb = with(settings, "state.backend.type", "rocksdb");
    assertThat(checks(rocksDb).get(2).message())
        .isEqualTo(
            "rocksdb, a checkpoint each 10 s, of which 3 in a row may fail before the job restarts");
    assertThat(checks(with(rocksDb, "execution.checkpointing.incremental", "false")).get(2).level())
        .isEqualTo(Finding.Level.WARNING);
  }

  private static Map<String, String> with(Map<String, String> settings, String key, String value) {
    Map<String, String> more = new HashMap<>(settings);
    more.put(key, value);
    return more;
  }

  /** Heap, memory outside of it, and state backend. */
  private static List<Finding> checks(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(TASK_MANAGER);
    all.putAll(settings);
    Configuration given = Configuration.fromMap(all);
    return MemoryChecks.all(
        JobConfig.from(given), given, EngineDefaults.forJob(given, new Configuration()));
  }
}
