package io.rankstream.pipeline.tools.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DatasetViewTest {

  private final ImageDataset whole = new ProceduralDataset(2, Split.TRAIN);

  @Test
  void keepsSomeClassesInTheirOrder() throws Exception {
    ImageDataset view = DatasetView.ofClasses(whole, c -> c % 5 == 4);

    assertThat(view.size()).isEqualTo(4);
    assertThat(view.classes()).isEqualTo(whole.classes());
    assertThat(view.classOf(0)).isEqualTo(4);
    assertThat(view.classOf(3)).isEqualTo(9);
    assertThat(view.id(2)).isEqualTo(whole.id(18));
    assertThat(view.example(2).encoded()).isEqualTo(whole.example(18).encoded());
  }

  @Test
  void repeatsASmallSetUnderOtherIds() throws Exception {
    ImageDataset view = DatasetView.repeated(whole, 50);

    assertThat(view.size()).isEqualTo(50);
    assertThat(view.name()).isEqualTo(whole.name());
    assertThat(view.id(0)).isEqualTo(whole.id(0) + "-0");
    assertThat(view.id(20)).isEqualTo(whole.id(0) + "-1");
    assertThat(view.id(49)).isEqualTo(whole.id(9) + "-2");
    assertThat(view.example(49).id()).isEqualTo(view.id(49));
    assertThat(view.classOf(49)).isEqualTo(whole.classOf(9));
    assertThat(view.example(49).encoded()).isEqualTo(whole.example(9).encoded());
  }
}
