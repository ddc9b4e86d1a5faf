package io.rankstream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.cluster.ClusterProcesses;
import io.rankstream.pipeline.tools.dataset.ProceduralDataset;
import io.rankstream.pipeline.tools.dataset.Split;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JobManager whose jobs are in ZooKeeper, in a process of its own as everything else. */
class HighAvailabilityITCase {

  @TempDir private Path directory;

  /** The coordinator of the rounds dies with the JobManager; the same job goes on without it. */
  @Test
  void theWeightsDoNotDependOnAJobManagerThatIsKilledInItsRounds() throws Exception {
    ChaosPlan plan =
        new ChaosPlan(
            23,
            2,
            Aim.ROUNDS,
            true,
            Duration.ZERO,
            6_000,
            60,
            new Trainers(2, 2, Map.of()),
            true,
            false,
            new ProceduralDataset(200, Split.TRAIN));
    List<Disturbance> kills = List.of(kill(Moment.ROUND_BEGUN), kill(Moment.ROUND_COMPLETE));
    StringWriter printed = new StringWriter();
    boolean isClean;
    try (ClusterProcesses cluster = new ClusterProcesses(directory, 2, true)) {
      isClean = new FixedOrderRun(plan, cluster, new RunLog(new PrintWriter(printed))).run(kills);
    }

    assertThat(isClean).as(printed.toString()).isTrue();
    assertThat(printed.toString()).contains("fault   2  job manager killed");
  }

  private static Disturbance kill(Moment moment) {
    return new Disturbance(DisturbanceKind.JOB_MANAGER_KILLED, moment, 0, 0);
  }
}
