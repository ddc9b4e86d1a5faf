package io.rankstream.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ProceduralDataset;
import io.rankstream.pipeline.tools.dataset.Split;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExperimentStreamTest {

  private static final ImageDataset IMAGES = new ProceduralDataset(10, Split.TRAIN);
  private static final int COUNT = 3 * IMAGES.size() + 8;

  @Test
  void hasAllImagesOfEachPassInAnOrderOfItsOwn() {
    List<List<Integer>> passes = ExperimentStream.passes(plan(Set.of()), 7, COUNT);

    assertThat(passes.stream().map(List::size))
        .containsExactly(IMAGES.size(), IMAGES.size(), IMAGES.size(), 8);
    assertThat(passes.get(0)).doesNotHaveDuplicates().isNotEqualTo(passes.get(1));
    assertThat(passes.get(1)).containsExactlyInAnyOrderElementsOf(passes.get(0));
  }

  @Test
  void ofFewerImagesIsTheBeginning() {
    List<List<Integer>> more = ExperimentStream.passes(plan(Set.of()), 7, COUNT);
    List<List<Integer>> fewer = ExperimentStream.passes(plan(Set.of()), 7, IMAGES.size() + 5);

    assertThat(fewer).containsExactly(more.get(0), more.get(1).subList(0, 5));
  }

  @Test
  void isWithoutTheClassesThatStopFromTheMiddleOn() {
    Set<String> stopped = Set.of(IMAGES.classes().get(1), IMAGES.classes().get(4));

    List<String> labels =
        ExperimentStream.passes(plan(stopped), 7, COUNT).stream()
            .flatMap(List::stream)
            .map(i -> IMAGES.classes().get(IMAGES.classOf(i)))
            .toList();

    assertThat(labels).hasSize(COUNT);
    assertThat(labels.subList(0, COUNT / 2)).containsAll(IMAGES.classes());
    assertThat(labels.subList(COUNT / 2, COUNT))
        .doesNotContainAnyElementsOf(stopped)
        .contains(IMAGES.classes().get(0), IMAGES.classes().get(2));
  }

  private static ExperimentPlan plan(Set<String> stopped) {
    return new ExperimentPlan(
        IMAGES, IMAGES, List.of(), List.of(7L), 1, 1, false, stopped, Map.of(), Path.of("."));
  }
}
