package io.rankstream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ProceduralDataset;
import io.rankstream.pipeline.tools.dataset.Split;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChaosPlanTest {

  private static final ImageDataset IMAGES = new ProceduralDataset(1, Split.TRAIN);

  @Test
  void namesTheParameterItsValueAndTheRule() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(-1, Aim.PROCESSES, 10, 60, 1, 1))
        .withMessage("Invalid faults: -1 (must be at least 0)");
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
    plan(1, Aim.ROUNDS, 10, 60, 2, 2);
    plan(0, Aim.PROCESSES, 10, 60, 4, 1);
  }

  @Test
  void aFixedOrderHasNeitherEpochsNorASoak() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(Aim.PROCESSES, true, 0, true))
        .withMessage(
            "Invalid epochs: true (must be false, since epochs are audited while images arrive)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(Aim.EVERYTHING, true, 10, false))
        .withMessage("Invalid soak: 10 (must be at most 0, since a fixed order has an end)");
  }

  @Test
  void aSoakKillsNoTaskManager() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(Aim.PROCESSES, false, 10, false))
        .withMessage(
            "Invalid aim: PROCESSES (must be everything, since the task manager whose memory is read must not be killed)");
    assertThat(kinds(plan(Aim.EVERYTHING, false, 10, false), true))
        .isEqualTo(EnumSet.complementOf(EnumSet.of(DisturbanceKind.TASK_MANAGER_KILLED)));
  }

  @Test
  void aPlanForEverythingHasWhatIsPossible() {
    assertThat(kinds(plan(Aim.EVERYTHING, false, 0, false), true))
        .isEqualTo(EnumSet.allOf(DisturbanceKind.class));
    assertThat(kinds(plan(Aim.EVERYTHING, false, 0, false), false))
        .doesNotContain(DisturbanceKind.DISK_FULL);
    assertThat(kinds(plan(Aim.EVERYTHING, true, 0, false), true))
        .doesNotContain(
            DisturbanceKind.RECORDS_DELETED,
            DisturbanceKind.LARGE_IMAGES,
            DisturbanceKind.SECOND_JOB);
    assertThat(kinds(plan(Aim.EVERYTHING, false, 0, true), true))
        .doesNotContain(DisturbanceKind.RECORDS_DELETED);
  }

  private static Set<DisturbanceKind> kinds(ChaosPlan plan, boolean hasSmallDisk) {
    Set<DisturbanceKind> kinds = EnumSet.noneOf(DisturbanceKind.class);
    plan.disturbances(hasSmallDisk).forEach(each -> kinds.add(each.kind()));
    return kinds;
  }

  private static ChaosPlan plan(Aim aim, boolean fixedOrder, int soakMinutes, boolean epochs) {
    return new ChaosPlan(
        1,
        100,
        aim,
        fixedOrder,
        Duration.ofMinutes(soakMinutes),
        10,
        60,
        new Trainers(1, 2, Map.of()),
        false,
        epochs,
        IMAGES);
  }

  private static ChaosPlan plan(
      int faults, Aim aim, long images, double rate, int replicas, int taskManagers) {
    return new ChaosPlan(
        1,
        faults,
        aim,
        false,
        Duration.ZERO,
        images,
        rate,
        new Trainers(replicas, taskManagers, Map.of()),
        false,
        false,
        IMAGES);
  }
}
