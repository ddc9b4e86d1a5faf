package io.rankstream.pipeline;

import static io.rankstream.pipeline.event.OperatorNames.EMBED_IMAGES;
import static io.rankstream.pipeline.event.OperatorNames.MARK_EPOCHS;
import static io.rankstream.pipeline.event.OperatorNames.READ_CONTROL;
import static io.rankstream.pipeline.event.OperatorNames.RECEIVE_SWEPT_IMAGES;
import static io.rankstream.pipeline.event.OperatorNames.SWEEP_IMAGES;

import io.rankstream.pipeline.config.ConfigurationException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.embed.EmbedEpochsFactory;
import io.rankstream.pipeline.epoch.MarkEpochsFactory;
import io.rankstream.pipeline.epoch.SweepImagesFactory;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.EpochCount;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.SweptRecord;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.receive.ReceiveSweptImages;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ModelVersion;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OutputTag;

/**
 * The part of the job graph that is different where the embedders embed in epochs.
 *
 * <pre>
 *   drift ────┐
 *   versions ─┤
 *   control ──┴▶ sweep images ─┬─▶ receive swept images ─┐
 *                  (1)         │                         │
 *                              ├═ events ════════════╗   │
 *                              ║                     ▼   ▼
 *   images ────────────────────╫──────────────▶ embed images ──▶ embeddings
 *                              ║                     │ counts
 *                              ╚══════════════▶ mark epochs (1) ─▶ model versions
 * </pre>
 *
 * <p>The events are broadcast to all three operators behind, so all their inputs are aligned: at a
 * barrier, an embedder has all images that were sent on before it.
 */
final class EpochGraph {

  private static final OutputTag<EpochEvent> EVENTS =
      new OutputTag<>("epoch-events", TypeInformation.of(EpochEvent.class));
  private static final OutputTag<EpochCount> COUNTS =
      new OutputTag<>("epoch-counts", TypeInformation.of(EpochCount.class));

  private final StreamExecutionEnvironment env;
  private final JobConfig config;
  private final JobSubmission submission;
  private final String weights;
  private final EpochEndpoints ends;
  private final OutputTag<DeadLetter> deadLetters;
  private DataStream<ModelVersion> marks;

  /**
   * @param weights directory of the embedders' weights
   * @throws ConfigurationException when the job takes no checkpoints, at which epochs change
   */
  EpochGraph(
      StreamExecutionEnvironment env,
      JobConfig config,
      JobSubmission submission,
      String weights,
      EpochEndpoints ends,
      OutputTag<DeadLetter> deadLetters) {
    if (!env.getCheckpointConfig().isCheckpointingEnabled()) {
      throw new ConfigurationException(
          List.of(
              "Missing execution.checkpointing.interval (embeddings.follow = epochs needs checkpoints, at which epochs change)"));
    }
    this.env = env;
    this.config = config;
    this.submission = submission;
    this.weights = weights;
    this.ends = ends;
    this.deadLetters = deadLetters;
  }

  /**
   * Adds the operators up to the embedders, and the one that writes the marks.
   *
   * @param wishes requests that the job itself makes; empty where drift is not measured
   */
  SingleOutputStreamOperator<EmbeddingChange> embeddings(
      DataStream<ImageInput> images,
      DataStream<VersionPointer> versions,
      Optional<DataStream<RawRecord>> wishes,
      int embedders) {
    DataStream<RawRecord> control =
        env.fromSource(ends.control(), WatermarkStrategy.noWatermarks(), READ_CONTROL)
            .uid(READ_CONTROL)
            .setParallelism(1);
    SingleOutputStreamOperator<SweptRecord> swept =
        versions
            .connect(wishes.isPresent() ? control.union(wishes.get()) : control)
            .transform(
                SWEEP_IMAGES,
                TypeInformation.of(SweptRecord.class),
                new SweepImagesFactory(config, submission, weights, ends.corpus(), EVENTS))
            .uid(SWEEP_IMAGES)
            .setParallelism(1);
    DataStream<EpochEvent> events = swept.getSideOutput(EVENTS);
    SingleOutputStreamOperator<ImageInput> again =
        swept
            .keyBy(SweptRecord::route)
            .connect(events.broadcast())
            .process(new ReceiveSweptImages(config, COUNTS))
            .name(RECEIVE_SWEPT_IMAGES)
            .uid(RECEIVE_SWEPT_IMAGES);
    SingleOutputStreamOperator<EmbeddingChange> embeddings =
        images
            .union(again)
            .keyBy(ImageInput::imageKey)
            .connect(events.broadcast())
            .transform(
                EMBED_IMAGES,
                TypeInformation.of(EmbeddingChange.class),
                new EmbedEpochsFactory(config, submission, weights, deadLetters, COUNTS))
            .uid(EMBED_IMAGES)
            .setParallelism(embedders);
    marks =
        embeddings
            .getSideOutput(COUNTS)
            .union(again.getSideOutput(COUNTS))
            .connect(events.broadcast())
            .transform(MARK_EPOCHS, TypeInformation.of(ModelVersion.class), new MarkEpochsFactory())
            .uid(MARK_EPOCHS)
            .setParallelism(1);
    return embeddings;
  }

  /** The marks of the epochs, once the operators are added. */
  DataStream<ModelVersion> marks() {
    return marks;
  }
}
