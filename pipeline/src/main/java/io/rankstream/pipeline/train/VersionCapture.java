package io.rankstream.pipeline.train;

import io.rankstream.model.OnlineTrainer;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.publish.CapturedVersion;
import io.rankstream.pipeline.publish.VersionLedger;
import io.rankstream.pipeline.publish.VersionPublisher;
import io.rankstream.pipeline.publish.VersionSchedule;
import io.rankstream.pipeline.start.JobStart;
import io.rankstream.pipeline.start.Lineage;
import io.rankstream.pipeline.start.StartingWeights;
import io.rankstream.schemas.PrequentialFigures;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** The timeline of one stream's model: its lineage, and the versions that are captured of it. */
final class VersionCapture {

  private final JobConfig.Versions config;
  private final String stream;
  private final JobStart start;
  private Lineage lineage;
  private VersionLedger ledger;
  private VersionSchedule schedule;

  /**
   * The timeline of a new model.
   *
   * @param start the present start of the job
   * @param weights where the model starts from
   * @param now wall-clock time in milliseconds
   */
  VersionCapture(
      JobConfig.Versions config, String stream, JobStart start, StartingWeights weights, long now) {
    this.config = config;
    this.stream = stream;
    this.start = start;
    this.lineage = Lineage.child(weights.parent(), weights.parentVersion(), start);
    this.ledger = new VersionLedger(now);
    this.schedule = new VersionSchedule(config, ledger);
  }

  Lineage lineage() {
    return lineage;
  }

  /**
   * Captures a version after a step, if the number of steps or the time since the last one asks for
   * it.
   *
   * @param accuracy figures for the announcement
   * @return the version, which the caller takes over
   */
  Optional<CapturedVersion> afterStep(
      OnlineTrainer trainer, PrequentialFigures accuracy, Instant now) {
    return schedule.isDue(trainer.step(), now.toEpochMilli())
        ? Optional.of(capture(trainer, accuracy, now))
        : Optional.empty();
  }

  /** Captures as {@link #afterStep} does, if the model took a step since the last version. */
  Optional<CapturedVersion> atEnd(OnlineTrainer trainer, PrequentialFigures accuracy, Instant now) {
    return schedule.isNew(trainer.step())
        ? Optional.of(capture(trainer, accuracy, now))
        : Optional.empty();
  }

  /** Lets the versions be announced that the restored checkpoint holds. */
  void resume(VersionPublisher publisher, String spaceId) {
    publisher.restore(ledger, stream, spaceId, lineage.id());
  }

  void writeTo(DataOutput out) throws IOException {
    lineage.writeTo(out);
    ledger.writeTo(out);
  }

  /**
   * Continues the timeline in a checkpoint, or begins a child of it: see {@link Lineage#restored}.
   *
   * @param step training steps of the restored model
   */
  void readFrom(DataInput in, long step) throws IOException {
    lineage = Lineage.read(in).restored(step, start);
    ledger = VersionLedger.read(in);
    schedule = new VersionSchedule(config, ledger);
  }

  /** Reads past the bytes of {@link #writeTo} and returns the lineage. */
  static Lineage skip(DataInput in) throws IOException {
    Lineage lineage = Lineage.read(in);
    VersionLedger.read(in);
    return lineage;
  }

  private CapturedVersion capture(OnlineTrainer trainer, PrequentialFigures accuracy, Instant now) {
    schedule.captured(trainer.step(), now.toEpochMilli());
    return new CapturedVersion(
        trainer.copyWeights(stream, lineage.id()),
        ledger,
        lineage.parent(),
        lineage.parentVersion(),
        accuracy,
        now.toEpochMilli());
  }
}
