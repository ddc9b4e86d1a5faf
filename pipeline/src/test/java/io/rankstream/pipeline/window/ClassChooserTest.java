package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClassChooserTest {

  private static Map.Entry<String, ClassLedger> candidate(
      String label, int ordinal, int fresh, long lastTrained) {
    return Map.entry(label, new ClassLedger(ordinal, 0, fresh, 10, 10, lastTrained));
  }

  @Test
  void takesTheClassesTrainedLongestAgo() {
    List<String> chosen =
        new ClassChooser(2, 0)
            .choose(
                List.of(
                    candidate("recent", 0, 4, 9),
                    candidate("old", 1, 4, 3),
                    candidate("never", 2, 4, -1)));

    assertThat(chosen).containsExactly("never", "old");
  }

  @Test
  void takesNewClassesInOrderOfAppearance() {
    List<String> chosen =
        new ClassChooser(2, 0)
            .choose(
                List.of(
                    candidate("third", 2, 4, -1),
                    candidate("first", 0, 4, -1),
                    candidate("second", 1, 4, -1)));

    assertThat(chosen).containsExactly("first", "second");
  }

  @Test
  void reservesPlacesForClassesWithFreshImages() {
    List<String> chosen =
        new ClassChooser(2, 1)
            .choose(
                List.of(
                    candidate("silent-1", 0, 0, 1),
                    candidate("silent-2", 1, 0, 2),
                    candidate("news", 2, 1, 8)));

    assertThat(chosen).containsExactly("silent-1", "news");
  }

  @Test
  void takesFewerThanPClassesWhenThereAreNotMore() {
    assertThat(new ClassChooser(8, 2).choose(List.of(candidate("only", 0, 1, -1))))
        .containsExactly("only");
  }
}
