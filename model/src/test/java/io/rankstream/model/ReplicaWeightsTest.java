package io.rankstream.model;

import static io.rankstream.model.Training.LABELS;
import static io.rankstream.model.Training.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplicaWeightsTest {

  private static final ModelConfig CONFIG = Batches.smallCnn().withAverageDecay(0.9);

  @Test
  void theMeanIsThatOfALoopOverTheReplicasInTheirOrder() throws IOException {
    try (OnlineTrainer first = OnlineTrainer.create(CONFIG, Device.cpu());
        OnlineTrainer second = OnlineTrainer.create(CONFIG, Device.cpu());
        OnlineTrainer third = OnlineTrainer.create(CONFIG, Device.cpu())) {
      train(first, CONFIG.input(), 0, 2);
      train(second, CONFIG.input(), 2, 4);
      train(third, CONFIG.input(), 4, 6);

      try (ReplicaWeights mean = mean(first, second, third);
          ReplicaWeights a = first.toAverage();
          ReplicaWeights b = second.toAverage();
          ReplicaWeights c = third.toAverage()) {
        assertThat(mean.buffers().names())
            .contains("parameters", "statistics", "average", "average-statistics")
            .noneMatch(name -> name.contains("moment"));
        for (String name : mean.buffers().names()) {
          float[] means = mean.buffers().get(name).toFloatArray();
          float[] as = a.buffers().get(name).toFloatArray();
          float[] bs = b.buffers().get(name).toFloatArray();
          float[] cs = c.buffers().get(name).toFloatArray();
          for (int i = 0; i < means.length; i++) {
            assertThat(means[i]).as("%s %d", name, i).isEqualTo((as[i] + bs[i] + cs[i]) / 3);
          }
        }
      }
    }
  }

  @Test
  void aReplicaGoesOnFromTheAverageWithItsOwnMomentum() throws IOException {
    try (OnlineTrainer first = OnlineTrainer.create(CONFIG, Device.cpu());
        OnlineTrainer second = OnlineTrainer.create(CONFIG, Device.cpu())) {
      train(first, CONFIG.input(), 0, 2);
      train(second, CONFIG.input(), 2, 4);
      float[] momentum = momentum(first);

      try (ReplicaWeights mean = mean(first, second)) {
        assertThat(first.adopt(mean, 40)).isBetween(1e-5, 1.0);
        assertThat(first.adopt(mean, 40)).as("it is the average now").isZero();
        second.adopt(mean, 40);
      }

      assertThat(first.step()).isEqualTo(40);
      assertThat(momentum(first)).isEqualTo(momentum).isNotEqualTo(momentum(second));
      assertThat(bytes(first)).isEqualTo(bytes(second));
      assertThat(first.served().embed(Batches.pixels(CONFIG.input(), 2, 2, 9)).get(0).embedding())
          .isEqualTo(
              second.served().embed(Batches.pixels(CONFIG.input(), 2, 2, 9)).get(0).embedding());
    }
  }

  @Test
  void theLongerListOfClassesGoesToAll() throws IOException {
    try (OnlineTrainer first = OnlineTrainer.create(CONFIG, Device.cpu());
        OnlineTrainer second = OnlineTrainer.create(CONFIG, Device.cpu())) {
      train(first, CONFIG.input(), 0, 1);
      train(second, CONFIG.input(), 0, 1);
      second.learnLabels(List.of("new"));

      try (ReplicaWeights mean = mean(first, second)) {
        first.adopt(mean, 2);
      }

      assertThat(first.vocabulary()).startsWith(LABELS.get(0)).endsWith("new");
      assertThat(first.vocabulary()).isEqualTo(second.vocabulary());
    }
  }

  @Test
  void otherRowsForTheSameClassesAreRefused() throws IOException {
    try (OnlineTrainer first = OnlineTrainer.create(CONFIG, Device.cpu());
        OnlineTrainer second = OnlineTrainer.create(CONFIG, Device.cpu())) {
      first.learnLabels(List.of("cat", "dog"));
      second.learnLabels(List.of("dog", "cat"));

      assertThatThrownBy(() -> mean(first, second))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[cat, dog] and [dog, cat]");
    }
  }

  @Test
  void labelsBeyondTheCapacityAreLeftOut() {
    ModelConfig config = Batches.smallCnn();
    int capacity = config.architecture().maxClasses();
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      trainer.learnLabels(IntStream.range(0, capacity + 2).mapToObj(i -> "c" + i).toList());

      assertThat(trainer.knownClasses()).isEqualTo(capacity);
      assertThat(trainer.vocabulary()).endsWith("c" + (capacity - 1));
    }
  }

  @Test
  void theRateFollowsTheStepsOfAllReplicas() {
    ModelConfig config = Batches.smallCnn();
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      trainer.moveTo(99);

      double expected = config.optimizer().learningRateAfter(99);
      assertThat(
              trainer
                  .learn(Batches.pixels(config.input(), Training.P, Training.K, 0), LABELS)
                  .learningRate())
          .isCloseTo(expected, within(1e-12));
      assertThat(trainer.step()).isEqualTo(100);
    }
  }

  private static ReplicaWeights mean(OnlineTrainer... replicas) throws IOException {
    ReplicaWeights sum = null;
    for (OnlineTrainer replica : replicas) {
      ReplicaWeights weights = ReplicaWeights.read(new ByteArrayInputStream(bytes(replica)));
      if (sum == null) {
        sum = weights;
      } else {
        try (weights) {
          sum.add(weights);
        }
      }
    }
    sum.divideBy(replicas.length);
    return sum;
  }

  private static byte[] bytes(OnlineTrainer replica) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ReplicaWeights weights = replica.toAverage()) {
      weights.writeTo(out);
    }
    return out.toByteArray();
  }

  private static float[] momentum(OnlineTrainer trainer) {
    try (ModelSnapshot snapshot = trainer.snapshot()) {
      Set<String> names = snapshot.buffers().names();
      String moment =
          names.stream().filter(name -> name.contains("moment")).findFirst().orElseThrow();
      return snapshot.buffers().get(moment).toFloatArray();
    }
  }
}
