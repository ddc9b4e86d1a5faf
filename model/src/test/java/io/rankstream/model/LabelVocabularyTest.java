package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LabelVocabularyTest {

  private final LabelVocabulary vocabulary = new LabelVocabulary(3);

  @Test
  void givesNewLabelsTheNextRowsInOrder() {
    vocabulary.learn(List.of("cat", "dog", "cat"));
    vocabulary.learn(List.of("bird", "dog"));

    assertThat(vocabulary.labels()).containsExactly("cat", "dog", "bird");
    assertThat(vocabulary.size()).isEqualTo(3);
    assertThat(vocabulary.label(2)).isEqualTo("bird");
  }

  @Test
  void aPreviewHasTheRowsThatLearningGives() {
    vocabulary.learn(List.of("cat"));

    LabelVocabulary.Preview preview = vocabulary.preview(List.of("dog", "cat", "bird", "dog"));

    assertThat(preview.rows()).containsExactly(1, 0, 2, 1);
    assertThat(preview.size()).isEqualTo(3);
    vocabulary.learn(List.of("dog", "cat", "bird", "dog"));
    assertThat(vocabulary.labels()).containsExactly("cat", "dog", "bird");
  }

  @Test
  void aPreviewLearnsNothing() {
    vocabulary.preview(List.of("cat", "dog"));

    assertThat(vocabulary.size()).isZero();
    assertThat(vocabulary.labels()).isEmpty();
  }

  @Test
  void refusesMoreClassesThanRowsAndThenLearnsNone() {
    vocabulary.learn(List.of("cat", "dog"));

    assertThatThrownBy(() -> vocabulary.learn(List.of("cat", "bird", "fish")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "The model knows 2 classes and has no room for 2 more: raise its maximum of 3 classes");
    assertThat(vocabulary.labels()).containsExactly("cat", "dog");
  }

  @Test
  void theFirstNewLabelsGetTheLastRowsAndTheOthersAreBeyondItsCapacity() {
    vocabulary.learn(List.of("cat", "dog"));

    assertThat(vocabulary.beyondCapacity(List.of("fish", "cat", "bird", "fish", "cow")))
        .containsExactly("bird", "cow");
    assertThat(vocabulary.beyondCapacity(List.of("dog", "fish"))).isEmpty();
    assertThat(vocabulary.labels()).containsExactly("cat", "dog");
  }

  @Test
  void takesKnownLabelsWhenItIsFull() {
    vocabulary.learn(List.of("cat", "dog", "bird"));

    assertThat(vocabulary.preview(List.of("bird", "cat")).rows()).containsExactly(2, 0);
  }

  @Test
  void listsOfLabelsAreCopies() {
    vocabulary.learn(List.of("cat"));
    List<String> before = vocabulary.labels();
    vocabulary.learn(List.of("dog"));

    assertThat(before).containsExactly("cat");
  }
}
