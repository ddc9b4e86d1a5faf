package io.rankstream.pipeline.drift;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AnchorSetTest {

  private final AnchorSet set = new AnchorSet(16, 7);
  private final Map<String, String> labels = new HashMap<>();

  @Test
  void classesThatComeLaterTakeTheirShareOfTheFullest() {
    offer("cat", 0, 40);
    assertThat(counts()).isEqualTo(Map.of("cat", 16));

    offer("dog", 0, 40);
    assertThat(counts()).isEqualTo(Map.of("cat", 8, "dog", 8));

    offer("owl", 0, 40);
    assertThat(counts().values()).containsExactlyInAnyOrder(6, 5, 5);
  }

  @Test
  void aBalancedSetStaysAsItIs() {
    offer("cat", 0, 8);
    offer("dog", 0, 8);
    Set<String> before = Set.copyOf(set.ids());

    offer("cat", 8, 200);
    offer("dog", 8, 200);

    assertThat(set.ids()).isEqualTo(before);
  }

  @Test
  void thePlaceOfAnAnchorThatLeftIsTakenByTheNextImage() {
    offer("cat", 0, 16);
    offer("dog", 0, 16);
    String leaves = set.ids().iterator().next();
    set.remove(leaves);
    assertThat(set.size()).isEqualTo(15);

    offer(labels.get(leaves), 100, 101);

    assertThat(counts()).isEqualTo(Map.of("cat", 8, "dog", 8));
    assertThat(set.contains(leaves)).isFalse();
  }

  @Test
  void noClassGivesOneOfItsLastTwo() {
    for (int c = 0; c < 8; c++) {
      offer("class-" + c, 0, 2);
    }
    Set<String> before = Set.copyOf(set.ids());

    offer("late", 0, 50);

    assertThat(set.ids()).isEqualTo(before);
  }

  /** Wrong labels come once each, and there may be any number of them. */
  @Test
  void labelsThatComeOnceKeepOutNoClassThatComesMoreOften() {
    for (int junk = 0; junk < 1_000; junk++) {
      offer("junk-" + junk, 0, 1);
    }
    assertThat(set.classes()).isEqualTo(8);

    offer("cat", 0, 2);
    offer("dog", 0, 2);
    for (int junk = 1_000; junk < 2_000; junk++) {
      offer("junk-" + junk, 0, 1);
    }

    assertThat(counts()).containsEntry("cat", 2).containsEntry("dog", 2).hasSize(8);
  }

  @Test
  void theSeedAndTheOrderDecideAlone() {
    AnchorSet same = new AnchorSet(16, 7);
    AnchorSet other = new AnchorSet(16, 8);
    offer("cat", 0, 40);
    offer("dog", 0, 40);
    for (AnchorSet each : Set.of(same, other)) {
      for (String label : new String[] {"cat", "dog"}) {
        for (int i = 0; i < 40; i++) {
          each.offer(label + "/" + i, label);
        }
      }
    }

    assertThat(same.ids()).isEqualTo(set.ids());
    assertThat(other.ids()).isNotEqualTo(set.ids());
  }

  private void offer(String label, int from, int to) {
    for (int i = from; i < to; i++) {
      String id = label + "/" + i;
      if (!set.contains(id)) {
        Set<String> before = new TreeSet<>(set.ids());
        AnchorSet.Outcome outcome = set.offer(id, label);
        labels.put(id, label);
        outcome.left().ifPresent(before::remove);
        if (outcome.taken()) {
          before.add(id);
        }
        assertThat(set.ids()).as("what the outcome tells").isEqualTo(before);
      }
    }
    assertThat(set.size()).isLessThanOrEqualTo(16);
  }

  private Map<String, Integer> counts() {
    Map<String, Integer> counts = new HashMap<>();
    set.ids().forEach(id -> counts.merge(labels.get(id), 1, Integer::sum));
    assertThat(set.classes()).isEqualTo(counts.size());
    return counts;
  }
}
