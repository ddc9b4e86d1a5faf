package io.rankstream.pipeline.train;

import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.schemas.ModelVersion;
import java.time.Instant;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Emits what the training operator has to tell, and counts it. Called in the task thread alone. */
final class ResultEmitter {

  private final Output<StreamRecord<VersionPointer>> output;
  private final SideOutputs sides;
  private final TrainerMetrics measured;

  /**
   * @param output versions for the embedders
   * @param sides all other records
   * @param measured metrics of what is emitted
   */
  ResultEmitter(
      Output<StreamRecord<VersionPointer>> output, SideOutputs sides, TrainerMetrics measured) {
    this.output = output;
    this.sides = sides;
    this.measured = measured;
  }

  /** Emits the records of a batch that the model has finished. */
  void emit(StepResult result, Instant now) {
    result
        .metrics(now)
        .ifPresent(metrics -> output.collect(sides.metrics(), new StreamRecord<>(metrics)));
    result
        .refused()
        .forEach(letter -> output.collect(sides.deadLetters(), new StreamRecord<>(letter)));
    measured.emitted(result, now);
  }

  /** Tells the embedders of a version. */
  void tell(VersionPointer pointer) {
    output.collect(new StreamRecord<>(pointer));
  }

  /** Emits the record of a published version. */
  void announce(ModelVersion version) {
    output.collect(sides.versions(), new StreamRecord<>(version));
    measured.published(version);
  }
}
