package io.rankstream.pipeline.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.ReplicaWeights;
import io.rankstream.model.step.StepFault;
import io.rankstream.model.step.StepOutcome;
import io.rankstream.model.step.StepReport;
import io.rankstream.model.step.TrainingFailedException;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.LineageId;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.Round;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.replica.Average;
import io.rankstream.pipeline.replica.HandIn;
import io.rankstream.pipeline.start.JobStart;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.ReplicaRound;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.flink.api.common.JobID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Replicas of one stream in their rounds, without Flink. */
class RoundMemberTest {

  private static final JobConfig CONFIG =
      TrainingBatches.config("training.replicas", "2", "embed.every-steps", "1");
  private static final JobStart START =
      JobStart.of(new JobID(1, 1), new JobSubmission("", LineageId.born(1)));

  private final List<StreamModel> models = new ArrayList<>();

  @AfterEach
  void closeModels() {
    models.forEach(StreamModel::close);
  }

  @Test
  void replicasShareStepsAndGoOnFromOneAverage() throws Exception {
    StreamModel first = replica(batch(0, 0, 0, false));
    StreamModel second = replica(batch(1, 0, 1, false));

    assertThat(train(first, batch(0, 0, 0, false)).report().step()).isEqualTo(1);
    assertThat(train(second, batch(1, 0, 1, false)).report().step()).isEqualTo(2);
    StepResult last = train(first, batch(2, 0, 0, true));
    StepResult lastOfSecond = train(second, batch(3, 0, 1, true));
    assertThat(last.report().step()).isEqualTo(3);
    assertThat(last.captures()).as("only averages are served").isEqualTo(Captures.NONE);
    List<Adopted> adopted = average(List.of(last, lastOfSecond), first, second);

    assertThat(adopted).extracting(Adopted::divergence).allMatch(distance -> distance > 0);
    assertThat(
            adopted.get(0).captures().forEmbedders().orElseThrow().weights().provenance().version())
        .as("the version has all batches")
        .isEqualTo(4);
    assertThat(adopted.get(1).captures()).as("one replica captures").isEqualTo(Captures.NONE);
    adopted.forEach(each -> each.captures().close());
    assertThat(weights(first)).isEqualTo(weights(second));
    StepResult next = train(second, batch(5, 1, 1, false));
    assertThat(next.report().step()).isEqualTo(6);
    assertThat(round(last).getWaitMillis()).as("before the first average").isNull();
    assertThat(round(next).getRound()).isEqualTo(1);
    assertThat(round(next).getReplica()).isEqualTo(1);
    assertThat(round(next).getReplicas()).isEqualTo(2);
    assertThat(round(next).getWaitMillis()).isPositive();
  }

  /** Replicas meet the classes in another order, and some see one before it trains. */
  @Test
  void aClassHasTheSameRowInAllReplicas() throws Exception {
    MicroBatch three = named(batch(0, 0, 0, false), "x", "y", "z");
    MicroBatch one = named(batch(1, 0, 1, false), "w"); // a single class is not trained on
    StreamModel first = replica(three);
    StreamModel second = replica(one);
    train(first, three);
    assertThat(train(second, with(one, List.of("x", "y", "z"))).report()).isNull();

    StepResult last = train(first, with(named(batch(2, 0, 0, true), "z", "v"), List.of("w")));
    StepResult lastOfSecond =
        train(second, with(named(batch(3, 0, 1, true), "v", "w"), List.of("z", "v")));
    average(List.of(last, lastOfSecond), first, second).forEach(each -> each.captures().close());

    assertThat(vocabulary(first))
        .isEqualTo(vocabulary(second))
        .containsExactly("x", "y", "z", "w", "v");
  }

  @Test
  void aNewReplicaStartsFromTheAverageOfTheOthers() throws Exception {
    MicroBatch mark = mark(4, 3, 1, 1, 2);
    StreamModel old = replica(new MicroBatch(key(0), 0, List.of()));
    for (int number = 0; number < 4; number++) {
      train(old, TrainingBatches.batch("a", number)).captures().close(); // alone
    }
    String alone = weights(old);
    StreamModel added = replica(mark);

    StepResult handedIn = train(old, mark(4, 3, 0, 1, 2));
    StepResult ofNew = train(added, mark);
    assertThat(ofNew.contribution().share().isNew()).isTrue();
    average(List.of(handedIn, ofNew), old, added).forEach(each -> each.captures().close());

    assertThat(weights(added)).isEqualTo(alone).isEqualTo(weights(old));
    assertThat(added.lineage()).isEqualTo(old.lineage());
    assertThat(train(added, batch(5, 4, 1, false)).report().step()).isEqualTo(6);
  }

  @Test
  void aReplicaThatFailedPutsAllOfItsStreamIntoQuarantine() throws Exception {
    StreamModel first = replica(batch(0, 0, 0, true));
    StreamModel second = replica(batch(1, 0, 1, true));
    StepResult last = train(first, batch(0, 0, 0, true));
    StepResult failed = failed(train(second, batch(1, 0, 1, true)));

    average(List.of(last, failed), first, second).forEach(each -> each.captures().close());

    for (StreamModel model : List.of(first, second)) {
      StepResult idle =
          train(model, batch(model == first ? 2 : 3, 1, model == first ? 0 : 1, true));
      assertThat(idle.report()).isNull();
      assertThat(idle.model().quarantined()).isTrue();
      assertThat(idle.contribution().share().failure()).isEqualTo("it diverged");
      idle.close();
    }
  }

  /** With one replica a model learns from its batches bit for bit as the trainer without a job. */
  @Test
  void oneReplicaIsTheModelAlone() throws Exception {
    JobConfig config = TrainingBatches.config("training.replicas", "1");
    StreamModel model = model(config, alone(0));
    try (OnlineTrainer trainer = OnlineTrainer.create(config.model(), Device.cpu())) {
      for (int number = 0; number < 5; number++) {
        StepResult result = train(model, alone(number));
        StepReport expected =
            trainer.learn(
                TrainingBatches.pixels(alone(number)), TrainingBatches.labels(alone(number)));
        assertThat(result.report()).isEqualTo(expected);
        assertThat(result.contribution()).as("there is no round").isNull();
        assertThat(round(result)).isNull();
        result.close();
      }
      assertThat(weights(model)).isEqualTo(weights(trainer));
    }
  }

  @Test
  void aReplicaIsRolledBackLikeAModelAloneWhenItsEmbeddingsAreNotFinite() throws Exception {
    StreamModel member = model(exploding("2"), batch(0, 0, 0, false));
    StreamModel alone = model(exploding("1", "embed.every-steps", "2"), alone(0));

    train(member, batch(0, 0, 0, false));
    StepResult last = train(member, batch(2, 0, 0, true));
    train(alone, alone(0));
    StepResult lastAlone = train(alone, alone(2));

    assertThat(last.report().loss()).as("the step itself looks well").isFinite();
    assertThat(last.report().fault()).contains(StepFault.NON_FINITE);
    assertThat(last.report().outcome())
        .isEqualTo(lastAlone.report().outcome())
        .isEqualTo(StepOutcome.ROLLED_BACK);
    assertThat(last.contribution().share().failure()).isEmpty();
    last.close();
  }

  @Test
  void aReplicaThatIsRolledBackTooOftenFailsWithItsRoundOrEndsTheJob() throws Exception {
    StreamModel member = model(exploding("2", "guard.max-rollbacks", "0"), batch(0, 0, 0, false));
    train(member, batch(0, 0, 0, false));
    StepResult last = train(member, batch(2, 0, 0, true));
    assertThat(last.report().outcome()).isEqualTo(StepOutcome.QUARANTINED);
    assertThat(last.contribution().share().failure()).contains("was rolled back 1 time");
    last.close();

    StreamModel strict =
        model(
            exploding("2", "guard.max-rollbacks", "0", "guard.on-failure", "stop-job"),
            batch(0, 0, 0, false));
    train(strict, batch(0, 0, 0, false));
    assertThatThrownBy(() -> train(strict, batch(2, 0, 0, true)))
        .isInstanceOf(TrainingFailedException.class);
  }

  @Test
  void aBatchThatComesAgainAfterARestoreGivesTheSameStep() throws Exception {
    StreamModel model = replica(batch(0, 0, 0, false));
    train(model, batch(0, 0, 0, false));
    model.rounds().enter(batch(2, 0, 0, true)); // the snapshot is taken between this and the step

    StreamModel restored = restore(model);

    StepResult again = train(restored, batch(2, 0, 0, true));
    assertThat(again.report().step()).isEqualTo(3);
    assertThat(again.contribution().share().batches()).isEqualTo(2);
    assertThat(again.contribution().share().base()).isZero();
    again.close();
  }

  @Test
  void aReplicaThatWaitsTakesNoBatch() throws Exception {
    StreamModel model = replica(batch(0, 0, 0, true));
    train(model, batch(0, 0, 0, true)).close();

    assertThatThrownBy(() -> model.rounds().enter(batch(2, 1, 0, false)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("which waits");
  }

  /** With this rate the second step gives weights of which the embeddings overflow. */
  private static JobConfig exploding(String replicas, String... more) {
    List<String> pairs =
        new ArrayList<>(
            List.of(
                "training.replicas", replicas,
                "model.recipe", "paper",
                "optimizer.learning-rate", "10",
                "optimizer.heads-factor", "1e6",
                "guard.max-norm-factor", "0",
                "guard.min-spread", "0"));
    pairs.addAll(List.of(more));
    return TrainingBatches.config(pairs.toArray(String[]::new));
  }

  private static ReplicaRound round(StepResult result) {
    return result.metrics(Instant.EPOCH).orElseThrow().getRound();
  }

  private static MicroBatch alone(long number) throws Exception {
    return TrainingBatches.batch("a", number);
  }

  private StreamModel replica(MicroBatch first) {
    return model(CONFIG, first);
  }

  private StreamModel model(JobConfig config, MicroBatch first) {
    StreamModel model = StreamModel.create(config, first, Device.cpu(), START);
    models.add(model);
    return model;
  }

  private StreamModel restore(StreamModel model) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TrainerSnapshot.OfStream snapshot = model.snapshot()) {
      DataOutputStream out = new DataOutputStream(bytes);
      snapshot.model().writeTo(out);
      snapshot.history().writeTo(out);
    }
    StreamModel restored =
        StreamModel.restore(
            CONFIG,
            "a",
            Device.cpu(),
            START,
            new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    models.add(restored);
    return restored;
  }

  private static StepResult train(StreamModel model, MicroBatch batch) {
    if (batch.round() != null) {
      model.rounds().enter(batch);
    }
    try (PreparedBatch prepared = model.prepare(batch)) {
      return model.finish(prepared);
    }
  }

  /** Gives the average of the contributions to the replicas, as the coordinator lets it happen. */
  private static List<Adopted> average(List<StepResult> handedIn, StreamModel... replicas)
      throws IOException {
    List<HandIn> handIns =
        handedIn.stream()
            .map(StepResult::contribution)
            .map(each -> new HandIn("a", each.round(), each.replica(), each.share(), "", ""))
            .toList();
    Average average = new Average("a", handIns.get(0).round(), handIns);
    ReplicaWeights sum = null;
    for (HandIn each : average.contributions()) {
      try (ReplicaWeights own = handedIn.get(each.replica()).contribution().weights()) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        own.writeTo(bytes);
        ReplicaWeights read = ReplicaWeights.read(new ByteArrayInputStream(bytes.toByteArray()));
        if (sum == null) {
          sum = read;
        } else {
          sum.add(read);
          read.close();
        }
      }
    }
    List<Adopted> adopted = new ArrayList<>();
    try (ReplicaWeights mean = sum) {
      mean.divideBy(average.contributions().size());
      for (int k = 0; k < replicas.length; k++) {
        adopted.add(replicas[k].rounds().adopt(average, mean, key(k)));
      }
    }
    return adopted;
  }

  private static StepResult failed(StepResult result) {
    Contribution own = result.contribution();
    HandIn.Share share = own.share();
    Contribution failed =
        new Contribution(
            own.round(),
            own.replica(),
            new HandIn.Share(
                share.replicas(),
                share.next(),
                share.isNew(),
                share.base(),
                share.batches(),
                share.lineage(),
                "it diverged",
                2),
            own.weights());
    return new StepResult(
        result.batch(),
        result.report(),
        result.refused(),
        result.model(),
        result.captures(),
        failed,
        result.millis());
  }

  /** What a replica hands in, which is what all replicas have in common. */
  private static String weights(StreamModel model) throws IOException {
    return digest(model.rounds().contribution().weights());
  }

  private static String weights(OnlineTrainer trainer) throws IOException {
    return digest(trainer.toAverage());
  }

  private static String digest(ReplicaWeights weights) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (weights) {
      weights.writeTo(out);
    }
    return DigestUtils.sha256Hex(out.toByteArray());
  }

  private static List<String> vocabulary(StreamModel model) {
    try (ReplicaWeights weights = model.rounds().contribution().weights()) {
      return weights.labels();
    }
  }

  private static MicroBatch batch(long number, long index, int replica, boolean ends)
      throws Exception {
    long first = index == 0 ? 0 : 4;
    return TrainingBatches.batch("a", number)
        .in(new Round(index, first, replica, 2, 2, ends, key(replica), List.of()));
  }

  private static MicroBatch mark(long number, long index, int replica, int replicas, int next) {
    return new MicroBatch(key(0), number, List.of())
        .in(new Round(index, number, replica, replicas, next, true, key(replica), List.of()));
  }

  private static MicroBatch with(MicroBatch batch, List<String> earlierLabels) {
    Round round = batch.round();
    return batch.in(
        new Round(
            round.index(),
            round.first(),
            round.replica(),
            round.replicas(),
            round.next(),
            round.ends(),
            round.key(),
            earlierLabels));
  }

  /** The same images with other labels, in turn. */
  private static MicroBatch named(MicroBatch batch, String... labels) {
    List<BatchImage> images = new ArrayList<>();
    for (int i = 0; i < batch.images().size(); i++) {
      AcceptedImage image = batch.images().get(i).image();
      images.add(
          new BatchImage(
              new AcceptedImage(
                  image.imageId(),
                  image.key(),
                  labels[i * labels.length / batch.images().size()],
                  image.eventTime(),
                  image.digest(),
                  image.pixels(),
                  image.origin()),
              true));
    }
    return batch.with(images);
  }

  private static StreamKey key(int replica) {
    return replica == 0 ? Fixtures.key("a") : new StreamKey("a", 1_000 + replica);
  }
}
