package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.store.CheckedStorageFactory;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.junit.jupiter.api.Test;

class EngineDefaultsTest {

  @Test
  void fillsInWhatNobodySet() {
    Configuration engine = EngineDefaults.forJob(new Configuration(), new Configuration());

    assertThat(engine.get(CheckpointingOptions.CHECKPOINTING_INTERVAL))
        .isEqualTo(Duration.ofSeconds(10));
    assertThat(engine.get(CheckpointingOptions.ENABLE_UNALIGNED)).isTrue();
    assertThat(engine.get(PipelineOptions.GENERIC_TYPES)).isFalse();
  }

  @Test
  void toleratesFailedCheckpointsWhileTheTransactionsLive() {
    CheckpointPace pace =
        CheckpointPace.of(EngineDefaults.forJob(new Configuration(), new Configuration()));

    assertThat(pace.tolerated()).isEqualTo(3);
    assertThat(pace.longest()).isLessThan(JobOptions.OUTPUT_TRANSACTION_TIMEOUT.defaultValue());
  }

  @Test
  void aLocalClusterGivesRocksDbTheMemoryThatItNeeds() {
    Configuration rocksDb = new Configuration();
    rocksDb.set(StateBackendOptions.STATE_BACKEND, "rocksdb");

    assertThat(EngineDefaults.forLocal(rocksDb).get(TaskManagerOptions.MANAGED_MEMORY_SIZE))
        .isEqualTo(MemorySize.ofMebiBytes(512));
    assertThat(
            EngineDefaults.forLocal(new Configuration())
                .get(TaskManagerOptions.MANAGED_MEMORY_SIZE))
        .isEqualTo(MemorySize.ofMebiBytes(64));
    assertThat(EngineDefaults.forLocal(rocksDb).toMap())
        .containsEntry("state.backend.rocksdb.use-bloom-filter", "true");
  }

  @Test
  void leavesTheClustersOwnSettingsAlone() {
    Configuration cluster = new Configuration();
    cluster.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(5));

    Configuration engine = EngineDefaults.forJob(new Configuration(), cluster);

    assertThat(engine.contains(CheckpointingOptions.CHECKPOINTING_INTERVAL)).isFalse();
  }

  @Test
  void checkpointsInFilesHaveChecksums() {
    String checked = CheckedStorageFactory.class.getName();
    Configuration cluster = new Configuration();
    assertThat(storage(new Configuration(), cluster)).as("in the JobManager").isNull();
    cluster.setString("execution.checkpointing.dir", "file:///checkpoints");
    assertThat(storage(new Configuration(), cluster)).isEqualTo(checked);
    cluster.setString("execution.checkpointing.storage", "filesystem");
    assertThat(storage(new Configuration(), cluster)).isEqualTo(checked);
    Configuration settings = new Configuration();
    settings.setString("execution.checkpointing.storage", "filesystem");
    assertThat(storage(settings, cluster)).as("the job has the choice").isEqualTo("filesystem");
    cluster.setString("execution.checkpointing.storage", "jobmanager");
    assertThat(storage(new Configuration(), cluster)).isNull();
    assertThat(EngineDefaults.forLocal(new Configuration()).toMap())
        .containsEntry("execution.checkpointing.storage", checked);
  }

  private static String storage(Configuration settings, Configuration cluster) {
    return EngineDefaults.forJob(settings, cluster).get(CheckpointingOptions.CHECKPOINT_STORAGE);
  }

  @Test
  void theUsersSettingsWinOverBoth() {
    Configuration settings = new Configuration();
    settings.setString("execution.checkpointing.interval", "3 s");
    Configuration cluster = new Configuration();
    cluster.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(5));

    assertThat(
            EngineDefaults.forJob(settings, cluster)
                .get(CheckpointingOptions.CHECKPOINTING_INTERVAL))
        .isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void keepsPasswordsOutOfTheEngine() {
    Configuration settings = new Configuration();
    settings.setString("kafka.sasl.jaas.config", "password=secret");
    settings.setString("batch.classes", "4");

    assertThat(EngineDefaults.forLocal(settings).toMap().toString())
        .doesNotContain("secret")
        .doesNotContain("batch.classes");
  }

  @Test
  void aLocalClusterTriesSeveralPortsUnlessTheUserNamesOne() {
    assertThat(EngineDefaults.forLocal(new Configuration()).get(RestOptions.BIND_PORT))
        .isEqualTo("8081-8130");
    Configuration port = new Configuration();
    port.set(RestOptions.PORT, 9000);
    assertThat(EngineDefaults.forLocal(port).get(RestOptions.BIND_PORT)).isEqualTo("9000");
    Configuration ports = new Configuration();
    ports.set(RestOptions.BIND_PORT, "9000-9010");
    assertThat(EngineDefaults.forLocal(ports).get(RestOptions.BIND_PORT)).isEqualTo("9000-9010");
  }
}
