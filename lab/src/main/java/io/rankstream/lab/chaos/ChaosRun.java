package io.rankstream.lab.chaos;

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
   * @return whether all planned kills were done and the audit found no fault
   */
  public boolean run() throws Exception {
    List<Kill> kills = Kill.schedule(plan.aim(), plan.seed(), plan.kills());
    log.say("Seed %d, %d kills. Logs and data in %s", plan.seed(), kills.size(), directory);
    for (int i = 0; i < kills.size(); i++) {
      log.say("  planned %3d  %s", i + 1, kills.get(i));
    }

    boolean clean = run(kills);
    log.say(
        clean
            ? "Clean: nothing lost, nothing twice."
            : "NOT CLEAN: see the faults above and the logs in " + directory);
    return clean;
  }

  private boolean run(List<Kill> kills) throws Exception {
    if (kills.isEmpty()) {
      return new SoakRun(plan, directory, log).run();
    }

    return plan.fixedOrder()
        ? new FixedOrderRun(plan, directory, log).run(kills)
        : new StormRun(plan, directory, log).run(kills);
  }
}
