package io.rankstream.pipeline.tools.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.LabeledExample;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvaluationTest {

  @Test
  void aModelThatKnowsNoClassIsAlwaysWrongEvenForAClassThatIsCalledNull() throws Exception {
    try (OnlineTrainer untrained = OnlineTrainer.create(Fixtures.config().model(), Device.cpu())) {
      Evaluation evaluation = Evaluation.of(untrained.served(), new TwoClasses("null", "cat"));

      assertThat(evaluation.images()).isEqualTo(4);
      assertThat(evaluation.knownClasses()).isZero();
      assertThat(evaluation.confusion().count()).isEqualTo(4);
      assertThat(evaluation.confusion().micro()).isZero();
      assertThat(evaluation.confusion().recalls())
          .containsEntry("null", 0.0)
          .containsEntry("cat", 0.0);
    }
  }

  /** Two images of each of two classes. */
  private record TwoClasses(String first, String second) implements ImageDataset {

    @Override
    public String name() {
      return "two classes";
    }

    @Override
    public List<String> classes() {
      return List.of(first, second);
    }

    @Override
    public int size() {
      return 4;
    }

    @Override
    public int classOf(int index) {
      return index / 2;
    }

    @Override
    public String id(int index) {
      return "image-" + index;
    }

    @Override
    public LabeledExample example(int index) {
      return new LabeledExample(
          id(index), classes().get(classOf(index)), Fixtures.png(classOf(index), index));
    }
  }
}
