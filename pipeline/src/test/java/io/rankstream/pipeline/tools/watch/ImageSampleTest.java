package io.rankstream.pipeline.tools.watch;

import static io.rankstream.pipeline.tools.Records.embedding;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.schemas.ImageEmbedding;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ImageSampleTest {

  private final ImageSample sample = new ImageSample();

  private Map<String, Long> byClass() {
    return sample.images().stream()
        .collect(Collectors.groupingBy(image -> image.newest().getLabel(), Collectors.counting()));
  }

  @Test
  void hasAsManyImagesOfARareClassAsThereIsRoomFor() {
    for (int i = 0; i < 5000; i++) {
      sample.add(embedding(i, i % 10 == 0 ? "rare" : "frequent", 1, i, 0));
    }
    assertThat(byClass()).isEqualTo(Map.of("rare", 500L, "frequent", 1000L));
  }

  @Test
  void anImageKeepsItsKeyWhenItIsEmbeddedAgain() {
    sample.add(embedding(0, "cat", 1, 0, 0));
    sample.add(embedding(1, "cat", 1, 1, 1));
    int key =
        sample.images().stream()
            .filter(image -> image.newest().getSourceOffset() == 0)
            .findFirst()
            .orElseThrow()
            .key();
    sample.add(embedding(0, "cat", 50, 7, 8));

    assertThat(sample.images()).hasSize(2);
    assertThat(sample.image(key).values()).containsExactly(7, 8);
  }

  @Test
  void oldEmbeddingsMakeRoomForNewOnes() {
    for (int i = 0; i < 2000; i++) {
      sample.add(embedding(i, "cat", 1, i, 0));
    }
    sample.add(embedding(2000, "cat", 100, 0, 0));
    assertThat(sample.images()).noneMatch(image -> image.newest().getSourceOffset() == 2000);

    sample.add(embedding(2001, "cat", 300, 0, 0));
    assertThat(sample.images()).hasSize(2000);
    assertThat(sample.images()).anyMatch(image -> image.newest().getSourceOffset() == 2001);
    assertThat(sample.images()).noneMatch(image -> image.newest().getSourceOffset() == 0);
  }

  @Test
  void embeddingsOfTwoSpacesNeverMeet() {
    sample.add(embedding(0, "cat", 1, 0, 0));
    ImageEmbedding other = embedding(1, "cat", 1, 0, 0, 0);
    other.setSpaceId("another");
    sample.add(other);
    assertThat(sample.images()).hasSize(1);
    assertThat(sample.images().get(0).values()).hasSize(3);
  }
}
