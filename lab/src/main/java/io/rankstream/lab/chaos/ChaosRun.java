package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.ClusterProcesses;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** Runs the job on processes of its own, disturbs it as planned and audits its topics. */
public final class ChaosRun {

  private final ChaosPlan plan;
  private final Path directory;
  private final RunLog log;

  /**
   * @param directory absolute directory for data, checkpoints and logs
   * @param out where each event of the run is printed
   */
  public ChaosRun(ChaosPlan plan, Path directory, PrintWriter out) {
    this.plan = plan;
    this.directory = directory;
    this.log = new RunLog(out);
  }

  /**
   * Runs and audits.
   *
   * @return whether all planned faults came and the audit found nothing wrong
   */
  public boolean run() throws Exception {
    log.say("Seed %d, %d faults. Logs and data in %s", plan.seed(), plan.faults(), directory);
    boolean clean;
    try (ClusterProcesses cluster =
        new ClusterProcesses(directory, plan.trainers().taskManagers(), plan.highAvailability())) {
      if (plan.aim() == Aim.EVERYTHING) {
        mountSmallDisk(cluster);
      }
      List<Disturbance> planned = plan.disturbances(cluster.hasSmallDisk());
      for (int i = 0; i < planned.size(); i++) {
        log.say("  planned %3d  %s", i + 1, planned.get(i));
      }
      clean =
          plan.fixedOrder()
              ? new FixedOrderRun(plan, cluster, log).run(planned)
              : new StormRun(plan, cluster, log).run(planned);
    }
    clean &= hadMemory();
    log.say(
        clean
            ? "Clean: nothing lost, nothing twice."
            : "NOT CLEAN: see the faults above and the logs in " + directory);
    return clean;
  }

  private boolean hadMemory() throws IOException {
    List<Path> without = MemoryErrors.in(directory);
    without.forEach(file -> log.say("A process ran out of memory: see %s", file));
    return without.isEmpty();
  }

  private void mountSmallDisk(ClusterProcesses cluster) {
    try {
      cluster.mountSmallDisk();
    } catch (IOException e) {
      log.say("%s: no fault is a full disk", e.getMessage());
    }
  }
}
