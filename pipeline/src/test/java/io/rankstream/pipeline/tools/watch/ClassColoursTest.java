package io.rankstream.pipeline.tools.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClassColoursTest {

  private static List<String> names(int count) {
    return IntStream.range(0, count).mapToObj(i -> "class-" + i).toList();
  }

  @Test
  void theFirstClassesHaveColoursOfTheirOwn() {
    ClassColours colours = new ClassColours();
    assertThat(names(ClassColours.COLOURS)).extracting(colours::of).doesNotHaveDuplicates();
  }

  @Test
  void aClassKeepsItsColourWhateverComesLater() {
    ClassColours colours = new ClassColours();
    List<Integer> before = names(100).stream().map(colours::of).toList();
    assertThat(names(100)).extracting(colours::of).isEqualTo(before);
    assertThat(before).allMatch(each -> each >= 0 && each < ClassColours.COLOURS);
  }

  @Test
  void aRestartGivesTheSameColourUnlessTwoClassesWantOne() {
    assertThat(new ClassColours().of("cat")).isEqualTo(new ClassColours().of("cat"));
  }
}
