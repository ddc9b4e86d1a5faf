package io.rankstream.pipeline.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.drift.AnchorInput.Kind;
import io.rankstream.pipeline.event.ImageInput;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OfferAnchorsTest {

  private final OfferAnchors offer = new OfferAnchors(20);
  private final List<AnchorInput> out = new ArrayList<>();

  @BeforeEach
  void open() {
    offer.open(new OpenContext() {});
  }

  @Test
  void offersTheFirstImagesOfEachClassAndThenEachSixteenth() {
    take("common", 0, 200);
    take("rare", 1_000, 1_005);

    assertThat(offered("common")).isEqualTo(20 + 200 / 16 - 1);
    assertThat(offered("rare")).isEqualTo(5);
    assertThat(out).hasSize(205);
  }

  @Test
  void whatIsNotOfferedGoesOnWithoutItsPixels() {
    take("common", 0, 21);

    AnchorInput last = out.get(20);
    assertThat(last.kind()).isEqualTo(Kind.PASS);
    assertThat(last.pixels()).isNull();
    assertThat(last.imageId()).isEqualTo("image-20");
    assertThat(last.label()).isEqualTo("common");
    assertThat(last.digest()).isEqualTo(20);
    assertThat(out.get(0).pixels()).hasSize(4);
  }

  @Test
  void everyDeletionGoesOn() {
    offer.flatMap(
        ImageInput.forget(Fixtures.key("default"), "image-3", Fixtures.origin(3)),
        new ListCollector<>(out));

    assertThat(out)
        .containsExactly(
            new AnchorInput(Kind.FORGET, Fixtures.key("default"), "image-3", null, 0, null));
  }

  /** As a producer with an error sends them: the memory stays bounded. */
  @Test
  void anyNumberOfLabelsIsTaken() {
    for (int i = 0; i < 50_000; i++) {
      take("label-" + i, i, i + 1);
    }

    assertThat(out).allMatch(each -> each.kind() == Kind.OFFER);
    assertThat(offer.rememberedClasses()).isEqualTo(10_000);
  }

  private void take(String label, int from, int to) {
    for (int i = from; i < to; i++) {
      offer.flatMap(ImageInput.take(Fixtures.image(i, label, 4)), new ListCollector<>(out));
    }
  }

  private long offered(String label) {
    return out.stream()
        .filter(each -> each.kind() == Kind.OFFER && each.label().equals(label))
        .count();
  }
}
