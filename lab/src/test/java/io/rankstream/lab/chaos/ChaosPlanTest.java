package io.rankstream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ProceduralDataset;
import io.rankstream.pipeline.tools.dataset.Split;
import org.junit.jupiter.api.Test;

class ChaosPlanTest {

  private static final ImageDataset IMAGES = new ProceduralDataset(1, Split.TRAIN);

  @Test
  void namesTheParameterItsValueAndTheRule() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(-1, Aim.PROCESSES, 10, 60, 1, 1))
        .withMessage("Invalid kills: -1 (must be at least 0)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(1, Aim.PROCESSES, 0, 60, 1, 1))
        .withMessage("Invalid images: 0 (must be at least 1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(1, Aim.PROCESSES, 10, Double.NaN, 1, 1))
        .withMessage("Invalid rate: NaN (must be above 0)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(1, Aim.PROCESSES, 10, 60, 3, 1))
        .withMessage("Invalid replicas: 3 (must be 1, 2, 4, 8 or 16)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(1, Aim.PROCESSES, 10, 60, 1, 9))
        .withMessage("Invalid task-managers: 9 (must be 1 to 8)");
  }

  @Test
  void refusesWhatDoesNotGoTogether() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(1, Aim.ROUNDS, 10, 60, 1, 2))
        .withMessage(
            "Invalid replicas: 1 (must be at least 2, since one trainer has no rounds to aim at)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(0, Aim.PROCESSES, 10, 60, 1, 2))
        .withMessage(
            "Invalid task-managers: 2 (must be at most 1, since without kills the memory of one is read)");
    plan(1, Aim.ROUNDS, 10, 60, 2, 2);
    plan(0, Aim.PROCESSES, 10, 60, 4, 1);
  }

  @Test
  void epochsAreAuditedWhileProcessesAreKilled() {
    new ChaosPlan(1, 1, Aim.PROCESSES, false, 10, 60, new Trainers(1, 2), true, IMAGES);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new ChaosPlan(1, 1, Aim.PROCESSES, true, 10, 60, new Trainers(1, 2), true, IMAGES))
        .withMessage(
            "Invalid epochs: true (must be false, since epochs are audited while images arrive and processes are killed)");
  }

  private static ChaosPlan plan(
      int kills, Aim aim, long images, double rate, int replicas, int taskManagers) {
    return new ChaosPlan(
        1, kills, aim, false, images, rate, new Trainers(replicas, taskManagers), false, IMAGES);
  }
}
