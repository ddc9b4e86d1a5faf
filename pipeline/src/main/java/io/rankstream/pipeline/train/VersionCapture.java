package io.rankstream.pipeline.train;

import io.rankstream.model.OnlineTrainer;
import io.rankstream.pipeline.config.VersionsConfig;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.publish.CapturedVersion;
import io.rankstream.pipeline.publish.CapturedWeights;
import io.rankstream.pipeline.publish.PointerLedger;
import io.rankstream.pipeline.publish.VersionLedger;
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

  private final VersionsConfig config;
  private final String stream;
  private final JobStart start;
  private Lineage lineage;
  private final int everySteps;
  private VersionLedger ledger;
  private VersionSchedule schedule;
  private PointerLedger pointers = new PointerLedger();
  private long captured; // step of the last version for the embedders

  /**
   * The timeline of a new model.
   *
   * @param config publishing of versions
   * @param everySteps steps between two versions for the embedders
   * @param start the present start of the job
   * @param weights where the model starts from
   * @param now wall-clock time in milliseconds
   */
  VersionCapture(
      VersionsConfig config,
      int everySteps,
      String stream,
      JobStart start,
      StartingWeights weights,
      long now) {
    this.config = config;
    this.everySteps = everySteps;
    this.stream = stream;
    this.start = start;
    this.lineage = Lineage.child(weights.parent(), weights.parentVersion(), start);
    this.ledger = new VersionLedger(now);
    this.schedule = new VersionSchedule(config, ledger);
  }

  Lineage lineage() {
    return lineage;
  }

  /** Goes over to the timeline of the replicas whose average the model has taken over. */
  void join(Lineage ofOthers) {
    lineage = ofOthers;
  }

  /** Whether the step that the model has just taken gives a version to anybody. */
  boolean isDue(long step, Instant now) {
    return isDueForEmbedders(step) || schedule.isDue(step, now.toEpochMilli());
  }

  /**
   * Captures what the number of steps or the time since the last versions asks for.
   *
   * @param accuracy figures for the announcement
   * @return the versions, which the caller takes over
   */
  Captures afterStep(OnlineTrainer trainer, PrequentialFigures accuracy, Instant now) {
    long step = trainer.step();
    Optional<CapturedVersion> version =
        schedule.isDue(step, now.toEpochMilli())
            ? Optional.of(capture(trainer, accuracy, now))
            : Optional.empty();
    if (!isDueForEmbedders(step)) {
      return new Captures(version, Optional.empty());
    }

    captured = step;
    return new Captures(version, Optional.of(captureForEmbedders(trainer)));
  }

  /** Captures a version to publish, if the model took a step since the last version. */
  Optional<CapturedVersion> atEnd(OnlineTrainer trainer, PrequentialFigures accuracy, Instant now) {
    return schedule.isNew(trainer.step())
        ? Optional.of(capture(trainer, accuracy, now))
        : Optional.empty();
  }

  /** Goes on with the versions that the restored checkpoint holds. */
  void resume(CapturePublishers publishers, OnlineTrainer trainer) {
    publishers.versions().restore(ledger, stream, trainer.spaceId(stream), lineage.id());
    pointers
        .told()
        .ifPresent(told -> publishers.pointers().restore(captureForEmbedders(trainer), told));
  }

  void writeTo(DataOutput out) throws IOException {
    lineage.writeTo(out);
    ledger.writeTo(out);
    pointers.writeTo(out);
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
    pointers = PointerLedger.read(in);
    captured = pointers.told().map(VersionPointer::version).orElse(0L);
  }

  /** Reads past the bytes of {@link #writeTo} and returns the lineage. */
  static Lineage skip(DataInput in) throws IOException {
    Lineage lineage = Lineage.read(in);
    VersionLedger.read(in);
    PointerLedger.read(in);
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

  private boolean isDueForEmbedders(long step) {
    return step - captured >= everySteps;
  }

  private CapturedWeights captureForEmbedders(OnlineTrainer trainer) {
    return new CapturedWeights(
        trainer.copyWeights(stream, lineage.id()), pointers, lineage.start());
  }
}
