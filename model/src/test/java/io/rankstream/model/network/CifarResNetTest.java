package io.rankstream.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.model.image.InputSpec;
import org.junit.jupiter.api.Test;

class CifarResNetTest {

  /** 464,154 with the classifier of ten classes, as others count; the paper says 0.46 million. */
  @Test
  void resnet32HasThePublishedNumberOfParameters() {
    ParameterLayout layout = new ParameterLayout();
    CifarResNet.resnet32(layout, 3);

    int values = layout.parameters().stream().mapToInt(Slot::size).sum();
    assertThat(values + 64 * 10 + 10).isEqualTo(464_154);
  }

  @Test
  void isMadeForTheImagesOfCifar() {
    InputSpec input = Backbone.RESNET32.usualInput();
    TwoHeadNetwork network = new TwoHeadNetwork(new Architecture(Backbone.RESNET32, input, 2, 10));

    assertThat(input.height()).isEqualTo(32);
    assertThat(network.layout().parameters())
        .extracting(Slot::name)
        .contains("conv1.weight", "layer3.4.bn2.bias", "linear.weight")
        .noneMatch(name -> name.contains("downsample"));
  }
}
