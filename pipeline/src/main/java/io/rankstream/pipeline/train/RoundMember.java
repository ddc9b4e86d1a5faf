package io.rankstream.pipeline.train;

import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.ReplicaWeights;
import io.rankstream.model.step.TrainingFailedException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.OnFailure;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.replica.Average;
import io.rankstream.pipeline.replica.HandIn;
import io.rankstream.pipeline.start.Lineage;
import io.rankstream.schemas.ReplicaRound;
import java.io.IOException;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of a model in the rounds of its stream, where it is one of several replicas: it hands
 * its weights in and takes averages over. Replica 0 captures the versions, of averages alone. A
 * replica that fails for good ends the training of its stream with the round.
 */
final class RoundMember {

  private static final Logger LOG = LoggerFactory.getLogger(RoundMember.class);

  private final JobConfig.Trainer config;
  private final String stream;
  private final OnlineTrainer trainer;
  private final StreamAccuracy accuracy;
  private final VersionCapture versions;
  private final Quarantine quarantine;
  private final RoundPosition position;
  private boolean resumesLater; // with the next average
  private long handedInNanos;
  private Double waitMillis; // null before the first average

  RoundMember(
      JobConfig.Trainer config,
      String stream,
      OnlineTrainer trainer,
      StreamAccuracy accuracy,
      VersionCapture versions,
      Quarantine quarantine,
      RoundPosition position) {
    this.config = config;
    this.stream = stream;
    this.trainer = trainer;
    this.accuracy = accuracy;
    this.versions = versions;
    this.quarantine = quarantine;
    this.position = position;
  }

  /**
   * What a stored model tells of itself.
   *
   * @param replica its number among the replicas, from 0
   * @param lineage its timeline
   */
  record Told(int replica, Lineage lineage) {}

  RoundPosition position() {
    return position;
  }

  /** The present round, for the metrics of a step. */
  ReplicaRound figures() {
    return new ReplicaRound(position.round(), position.replica(), position.replicas(), waitMillis);
  }

  /** Whether versions may be made of the present weights. */
  boolean isServed() {
    return position.replica() == 0 && position.isAverage();
  }

  /** The model goes on alone, with the weights that it has. */
  void leave() {
    if (position.replica() == 0) {
      position.alone(trainer.step());
    }
  }

  /**
   * Goes on with the versions that the restored checkpoint holds, at once or with the next average:
   * only averages are served.
   */
  void resume(CapturePublishers publishers) {
    resumesLater = position.replica() == 0 && !position.isAverage();
    if (isServed()) {
      versions.resume(publishers, trainer);
    }
  }

  /** Does what {@link #resume} could not do, after the model has taken over an average. */
  void resumeWithAverage(CapturePublishers publishers) {
    if (resumesLater) {
      resume(publishers);
    }
  }

  /** Enters the round of a batch; called before the batch is prepared. */
  void enter(MicroBatch batch) {
    long steps = position.enter(batch);
    trainer.learnLabels(batch.round().earlierLabels());
    if (!batch.images().isEmpty()) {
      trainer.moveTo(steps);
    }
  }

  /**
   * Counts a batch.
   *
   * @return what the replica hands in; null where its round goes on
   */
  Contribution finished(MicroBatch batch) {
    if (batch.round() == null) {
      position.alone(trainer.step());
      return null;
    }

    // Also where it did not train: the other replicas give the same rows to these labels.
    trainer.learnLabels(batch.images().stream().map(slot -> slot.image().label()).toList());
    position.finished(batch.round(), batch.images().isEmpty());
    return batch.endsRound() ? contribution() : null;
  }

  /** What the replica hands in. */
  Contribution contribution() {
    ReplicaWeights weights = toAverage();
    handedInNanos = System.nanoTime();
    return new Contribution(
        position.round(),
        position.replica(),
        new HandIn.Share(
            position.replicas(),
            position.next(),
            position.isNew(),
            position.base(),
            position.batches(),
            versions.lineage(),
            quarantine.reason(),
            quarantine.step()),
        weights);
  }

  /**
   * Takes over the average of a round.
   *
   * @param key key of the replica
   * @throws IOException when the average is of another model
   */
  Adopted adopt(Average average, ReplicaWeights weights, StreamKey key) throws IOException {
    double divergence = trainer.adopt(weights, average.steps());
    waitMillis = (System.nanoTime() - handedInNanos) / 1e6;
    if (position.isNew()) {
      versions.join(average.contributions().get(0).share().lineage());
      LOG.info(
          "Replica {} of stream {} starts from the average at step {}",
          position.replica(),
          stream,
          average.steps());
    }
    position.adopted(average.steps());
    average.handIns().stream()
        .map(HandIn::share)
        .filter(share -> !share.failure().isEmpty() && !quarantine.isOn())
        .findFirst()
        .ifPresent(share -> quarantine.begin(share.failedAt(), share.failure()));
    Captures captures =
        isServed() && !quarantine.isOn()
            ? versions.afterStep(trainer, accuracy.figures(), Instant.now())
            : Captures.NONE;
    return new Adopted(key, position.replica(), this, captures, divergence);
  }

  private ReplicaWeights toAverage() {
    try {
      return trainer.toAverage();
    } catch (TrainingFailedException e) {
      if (config.onFailure() == OnFailure.STOP_JOB) {
        throw e;
      }
      quarantine.begin(trainer.step(), e.getMessage());
      return trainer.toAverage(); // the last good ones by now
    }
  }
}
