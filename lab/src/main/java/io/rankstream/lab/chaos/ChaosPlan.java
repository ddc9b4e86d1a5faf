package io.rankstream.lab.chaos;

import io.rankstream.pipeline.config.Rule;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The parameters of a chaos run.
 *
 * @param seed seed of the images and of the faults
 * @param faults how many disturbances are planned
 * @param aim what they are aimed at
 * @param fixedOrder whether to run the same input twice, without and with faults, in an order that
 *     is fixed by one partition and one task: the published models must then have equal bytes
 * @param soak how long to disturb the job now and then while the memory of a task manager is read;
 *     zero to disturb it again as soon as it has recovered
 * @param images images to feed, where the input is fed before the job starts
 * @param rate images a second, where it is fed while the job runs
 * @param trainers who trains
 * @param highAvailability whether a job manager that is killed goes on with its jobs; otherwise
 *     they are submitted again
 * @param epochs whether the embedders embed in epochs, which open again and again
 * @param dataset images to choose from
 */
public record ChaosPlan(
    long seed,
    int faults,
    Aim aim,
    boolean fixedOrder,
    Duration soak,
    long images,
    double rate,
    Trainers trainers,
    boolean highAvailability,
    boolean epochs,
    ImageDataset dataset) {

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException naming the parameter, its value and what is accepted
   */
  public ChaosPlan {
    Rule.atLeast(0).require("faults", faults);
    Rule.atLeast(0L).require("soak", soak.toMinutes());
    Rule.atLeast(1L).require("images", images);
    Rule.above(0.0).require("rate", rate);
    if (fixedOrder) {
      Rule.<Boolean>that(value -> !value, "false")
          .because("since epochs are audited while images arrive")
          .require("epochs", epochs);
      Rule.atMost(0L).because("since a fixed order has an end").require("soak", soak.toMinutes());
    }
    if (!soak.isZero() && faults > 0) {
      Rule.<Aim>that(value -> value == Aim.EVERYTHING, "everything")
          .because("since the task manager whose memory is read must not be killed")
          .require("aim", aim);
    }
    if (aim == Aim.ROUNDS) {
      Rule.atLeast(2)
          .because("since one trainer has no rounds to aim at")
          .require("replicas", trainers.replicas());
    }
  }

  /** Whether the job is disturbed now and then only. */
  boolean isSoak() {
    return !soak.isZero();
  }

  /**
   * What is to come, the same for the same plan.
   *
   * @param hasSmallDisk whether there is a disk that can be filled up
   */
  List<Disturbance> disturbances(boolean hasSmallDisk) {
    return aim == Aim.EVERYTHING
        ? Disturbance.ofKinds(kinds(hasSmallDisk), seed, faults)
        : Disturbance.kills(aim, seed, faults);
  }

  private Set<DisturbanceKind> kinds(boolean hasSmallDisk) {
    Set<DisturbanceKind> kinds = EnumSet.allOf(DisturbanceKind.class);
    if (!hasSmallDisk) {
      kinds.remove(DisturbanceKind.DISK_FULL);
    }
    if (isSoak()) { // the memory of a new process says nothing
      kinds.remove(DisturbanceKind.TASK_MANAGER_KILLED);
    }
    if (fixedOrder || epochs) { // which need the whole input
      kinds.remove(DisturbanceKind.RECORDS_DELETED);
    }
    if (fixedOrder) { // whose input and whose writing have an end
      kinds.remove(DisturbanceKind.LARGE_IMAGES);
      kinds.remove(DisturbanceKind.SECOND_JOB);
    }
    return kinds;
  }
}
