package io.rankstream.lab.chaos;

import io.rankstream.pipeline.config.Rule;
import io.rankstream.pipeline.tools.dataset.ImageDataset;

/**
 * The parameters of a chaos run.
 *
 * @param seed seed of the images and of the kills
 * @param kills processes to kill; 0 measures the memory of the task manager instead
 * @param aim what the kills are aimed at
 * @param fixedOrder whether to run the same input twice, without and with kills, in an order that
 *     is fixed by one partition and one task: the published models must then have equal bytes
 * @param images images to feed, where the input is fed before the job starts
 * @param rate images a second, where it is fed while the job runs
 * @param trainers who trains
 * @param epochs whether the embedders embed in epochs, which open again and again
 * @param dataset images to choose from
 */
public record ChaosPlan(
    long seed,
    int kills,
    Aim aim,
    boolean fixedOrder,
    long images,
    double rate,
    Trainers trainers,
    boolean epochs,
    ImageDataset dataset) {

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException naming the parameter, its value and what is accepted
   */
  public ChaosPlan {
    Rule.atLeast(0).require("kills", kills);
    Rule.atLeast(1L).require("images", images);
    Rule.above(0.0).require("rate", rate);
    if (fixedOrder || kills == 0) {
      Rule.<Boolean>that(value -> !value, "false")
          .because("since epochs are audited while images arrive and processes are killed")
          .require("epochs", epochs);
    }
    if (aim == Aim.ROUNDS) {
      Rule.atLeast(2)
          .because("since one trainer has no rounds to aim at")
          .require("replicas", trainers.replicas());
    }
    if (kills == 0) {
      Rule.atMost(1)
          .because("since without kills the memory of one is read")
          .require("task-managers", trainers.taskManagers());
    }
  }
}
