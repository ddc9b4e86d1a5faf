package io.rankstream.pipeline;

import static io.rankstream.pipeline.event.OperatorNames.EMBED_IMAGES;
import static io.rankstream.pipeline.event.OperatorNames.MEASURE_DRIFT;
import static io.rankstream.pipeline.event.OperatorNames.OFFER_ANCHORS;
import static io.rankstream.pipeline.event.OperatorNames.RECEIVE_IMAGES;
import static io.rankstream.pipeline.event.OperatorNames.TWO_HEAD_TRAINER;

import io.rankstream.pipeline.config.ConfigurationException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.drift.AnchorInput;
import io.rankstream.pipeline.drift.MeasureDriftFactory;
import io.rankstream.pipeline.drift.OfferAnchors;
import io.rankstream.pipeline.embed.EmbedImagesFactory;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.publish.EmbedderDirectory;
import io.rankstream.pipeline.receive.ImageMapping;
import io.rankstream.pipeline.receive.ReceiveElements;
import io.rankstream.pipeline.receive.ReceiveImages;
import io.rankstream.pipeline.replica.RoundDirectory;
import io.rankstream.pipeline.start.DecidedPrecisions;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.pipeline.train.ReplicaTrainerFactory;
import io.rankstream.pipeline.train.TwoHeadTrainerFactory;
import io.rankstream.pipeline.window.BatchWindow;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OutputTag;

/**
 * Training and embedding as a part of any Flink program: images in, results out. The graph, in the
 * order of the data flow:
 *
 * <pre>
 *   images ─▶ receive ─┬══▶ P×K window ─▶ two-head trainer ─┬─▶ metrics
 *                      │        │                           ├─▶ model versions
 *                      │        │ kept images               │ versions
 *                      ├════════╧═▶ embed images ◀══════════╡
 *                      │                 └──────────────────┼─▶ embeddings
 *                      └══▶ measure drift ◀═════════════════╛
 *                                  └──────────────────────────▶ model versions
 *   rejected images of all four ──────────────────────────────▶ dead letters
 * </pre>
 *
 * <p>The window and the trainer are keyed by stream: one job trains as many models as it has
 * streams. They share a task, so that images go over the network once. The embedders are keyed by
 * image: as many as the user wants share the images of a stream. {@link EpochGraph} has what is
 * different where they embed in epochs. Drift is measured on a few images of each stream, keyed as
 * the window is.
 *
 * <p>A program of its own needs neither Kafka nor a command line:
 *
 * <pre>
 *   TwoHeadTraining training = TwoHeadTraining.of(new JobSettings().with(JobOptions.BATCH_CLASSES, 4));
 *   TrainingResults results = training.train(photos, ImageMapping.&lt;Photo&gt;ofEncoded(...));
 *   results.embeddings().sinkTo(...);
 * </pre>
 *
 * <p>{@link RankstreamJob} is the program whose source and sinks are on Kafka.
 */
public final class TwoHeadTraining {

  /** As many as Flink itself takes for small jobs. */
  private static final int KEY_GROUPS = 128;

  private static final OutputTag<ImageInput> TO_TRAIN =
      new OutputTag<>("to-train", TypeInformation.of(ImageInput.class));
  private static final OutputTag<ImageInput> EMBED_AGAIN =
      new OutputTag<>("embed-again", TypeInformation.of(ImageInput.class));
  private static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));
  private static final OutputTag<TrainingMetrics> METRICS =
      new OutputTag<>("training-metrics", TypeInformation.of(TrainingMetrics.class));

  private static final OutputTag<RawRecord> EPOCH_WISHES =
      new OutputTag<>("epoch-wishes", TypeInformation.of(RawRecord.class));
  private static final OutputTag<ModelVersion> MODEL_VERSIONS =
      new OutputTag<>("model-versions", TypeInformation.of(ModelVersion.class));

  private final JobConfig config;

  /**
   * Training with a configuration that is checked.
   *
   * @param config configuration of the stages
   */
  TwoHeadTraining(JobConfig config) {
    this.config = DecidedPrecisions.of(config);
  }

  /**
   * Training with the settings of a program.
   *
   * @param settings settings of the job; those of Flink belong to the environment, and those of
   *     Kafka to {@link RankstreamJob}
   * @throws ConfigurationException listing every setting that is unknown, invalid or has no meaning
   *     here
   */
  public static TwoHeadTraining of(JobSettings settings) {
    return new TwoHeadTraining(JobConfig.withoutKafka(settings.configuration()));
  }

  /**
   * Adds the operators behind a program's own source.
   *
   * @param elements what the program has: in partitions in which an image comes before its deletion
   * @param mapping how images are taken from the elements
   * @return the results; a stream that nobody reads costs nothing
   * @throws ConfigurationException when the environment takes no checkpoints, or keeps them in the
   *     memory of the JobManager
   */
  public <T> TrainingResults train(DataStream<T> elements, ImageMapping<T> mapping) {
    StreamExecutionEnvironment env = elements.getExecutionEnvironment();
    requireCheckpoints(env);
    pinKeyGroups(env);
    return results(
        env,
        elements.process(new ReceiveElements<>(config, mapping, TO_TRAIN, DEAD_LETTERS)),
        null);
  }

  /**
   * Adds the operators behind records of {@code LabeledImage}.
   *
   * @param records the records, as they came
   * @param epochs what a job that embeds in epochs reads beside; null for one that follows live
   */
  TrainingResults trainOnRecords(DataStream<RawRecord> records, EpochEndpoints epochs) {
    StreamExecutionEnvironment env = records.getExecutionEnvironment();
    pinKeyGroups(env);
    return results(env, records.process(new ReceiveImages(config, TO_TRAIN, DEAD_LETTERS)), epochs);
  }

  /** A model is far larger than what Flink accepts for the memory of the JobManager: 5 MB. */
  private static void requireCheckpoints(StreamExecutionEnvironment env) {
    List<String> problems = new ArrayList<>();
    if (!env.getCheckpointConfig().isCheckpointingEnabled()) {
      problems.add(
          "Missing %s (the embedders take newer versions at checkpoints: call env.enableCheckpointing(10_000))"
              .formatted(CheckpointingOptions.CHECKPOINTING_INTERVAL.key()));
    }
    if (env.getConfiguration().getOptional(CheckpointingOptions.CHECKPOINTS_DIRECTORY).isEmpty()) {
      problems.add(
          "Missing %s (a model is too large for the memory of the JobManager: set a directory, such as file:///tmp/checkpoints, in the configuration of the environment)"
              .formatted(CheckpointingOptions.CHECKPOINTS_DIRECTORY.key()));
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }

  private TrainingResults results(
      StreamExecutionEnvironment env,
      SingleOutputStreamOperator<ImageInput> received,
      EpochEndpoints ends) {
    SingleOutputStreamOperator<ImageInput> images =
        received.name(RECEIVE_IMAGES).uid(RECEIVE_IMAGES);

    BatchWindow window = BatchWindow.of(config, EMBED_AGAIN, DEAD_LETTERS);
    SingleOutputStreamOperator<MicroBatch> batches =
        images
            .getSideOutput(TO_TRAIN)
            .keyBy(ImageInput::key, TypeInformation.of(StreamKey.class))
            .transform(window.name(), TypeInformation.of(MicroBatch.class), window.operator())
            .uid(window.name());

    JobSubmission submission =
        JobSubmission.now(
            env.getConfiguration().getOptional(StateRecoveryOptions.SAVEPOINT_PATH).orElse(""));
    String weights = EmbedderDirectory.of(config.embed(), env.getConfiguration());

    SingleOutputStreamOperator<VersionPointer> versions =
        trainer(env, batches, submission, weights).uid(TWO_HEAD_TRAINER);
    DataStream<ModelVersion> announced = versions.getSideOutput(MODEL_VERSIONS);
    Optional<SingleOutputStreamOperator<ModelVersion>> drift =
        config.drift().isOn() ? Optional.of(drift(images, versions, weights)) : Optional.empty();
    if (drift.isPresent()) {
      announced = announced.union(drift.get());
    }

    int embedders =
        config.embed().parallelism() > 0 ? config.embed().parallelism() : env.getParallelism();
    SingleOutputStreamOperator<EmbeddingChange> embeddings;
    if (config.epochs().isOn()) {
      EpochGraph epochs = new EpochGraph(env, config, submission, weights, ends, DEAD_LETTERS);
      Optional<DataStream<RawRecord>> wishes = drift.map(each -> each.getSideOutput(EPOCH_WISHES));
      embeddings = epochs.embeddings(images, versions, wishes, embedders);
      announced = announced.union(epochs.marks());
    } else {
      // The versions are broadcast, so this operator's inputs are aligned; and its sink has its
      // parallelism, so the two are chained. Both are needed for one version in each checkpoint.
      embeddings =
          images
              .union(batches.getSideOutput(EMBED_AGAIN))
              .keyBy(ImageInput::imageKey)
              .connect(versions.broadcast())
              .transform(
                  EMBED_IMAGES,
                  TypeInformation.of(EmbeddingChange.class),
                  new EmbedImagesFactory(config, submission, weights, DEAD_LETTERS))
              .uid(EMBED_IMAGES)
              .setParallelism(embedders);
    }

    return new TrainingResults(
        embeddings,
        versions.getSideOutput(METRICS),
        announced,
        images
            .getSideOutput(DEAD_LETTERS)
            .union(
                batches.getSideOutput(DEAD_LETTERS),
                versions.getSideOutput(DEAD_LETTERS),
                embeddings.getSideOutput(DEAD_LETTERS)));
  }

  /** How far the embeddings of each stream move, measured on some of its images. */
  private SingleOutputStreamOperator<ModelVersion> drift(
      SingleOutputStreamOperator<ImageInput> images,
      DataStream<VersionPointer> versions,
      String weights) {
    return images
        .getSideOutput(TO_TRAIN)
        .flatMap(new OfferAnchors(config.drift().anchors()))
        .returns(TypeInformation.of(AnchorInput.class))
        .name(OFFER_ANCHORS)
        .uid(OFFER_ANCHORS)
        .keyBy(AnchorInput::key, TypeInformation.of(StreamKey.class))
        .connect(versions.broadcast())
        .transform(
            MEASURE_DRIFT,
            TypeInformation.of(ModelVersion.class),
            new MeasureDriftFactory(config, weights, EPOCH_WISHES))
        .uid(MEASURE_DRIFT);
  }

  private SingleOutputStreamOperator<VersionPointer> trainer(
      StreamExecutionEnvironment env,
      DataStream<MicroBatch> batches,
      JobSubmission submission,
      String weights) {
    TypeSerializer<MicroBatch> serializer =
        TypeInformation.of(MicroBatch.class)
            .createSerializer(env.getConfig().getSerializerConfig());
    boolean hasReplicas = config.replicas().replicas() > 1;
    TwoHeadTrainerFactory trainer =
        hasReplicas
            ? new ReplicaTrainerFactory(
                config,
                submission,
                weights,
                RoundDirectory.of(env.getConfiguration()),
                serializer,
                METRICS,
                MODEL_VERSIONS,
                DEAD_LETTERS)
            : new TwoHeadTrainerFactory(
                config, submission, weights, serializer, METRICS, MODEL_VERSIONS, DEAD_LETTERS);
    return (hasReplicas ? batchesOfReplicas(batches) : batchesOfStreams(batches))
        .transform(TWO_HEAD_TRAINER, TypeInformation.of(VersionPointer.class), trainer);
  }

  /** A window emits only batches of the stream that it is keyed by: its task trains them too. */
  private static KeyedStream<MicroBatch, StreamKey> batchesOfStreams(
      DataStream<MicroBatch> batches) {
    return DataStreamUtils.reinterpretAsKeyedStream(
        batches, MicroBatch::key, TypeInformation.of(StreamKey.class));
  }

  /** The replicas of a model are spread over the subtasks. */
  private static KeyedStream<MicroBatch, StreamKey> batchesOfReplicas(
      DataStream<MicroBatch> batches) {
    return batches.keyBy(MicroBatch::modelKey, TypeInformation.of(StreamKey.class));
  }

  /** The receiver chooses key groups for the operators behind it: all count the same ones. */
  private static void pinKeyGroups(StreamExecutionEnvironment env) {
    if (env.getMaxParallelism() < 1) {
      env.setMaxParallelism(KEY_GROUPS);
    }
  }
}
