package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.JobOptions.*;

import io.rankstream.model.ModelConfig;
import io.rankstream.model.image.Augmentation;
import io.rankstream.model.image.DecodeLimits;
import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/**
 * The whole configuration of a job, checked once at the start. A text that is not given is empty,
 * since {@link Optional} cannot be serialized; read it through the accessor that returns one.
 *
 * @param device device of the model: auto, cpu, gpu or gpu:N
 * @param weights safetensors file that a new model starts from, or empty; see {@link
 *     #weightsLocation}
 * @param kafka settings of all Kafka clients
 */
public record JobConfig(
    Input input,
    Output output,
    Batch batch,
    Window window,
    DecodeLimits imageLimits,
    Augmentation augmentation,
    ModelConfig model,
    String device,
    String weights,
    Trainer trainer,
    ReplicaConfig replicas,
    EmbedConfig embed,
    EpochConfig epochs,
    VersionsConfig versions,
    DriftConfig drift,
    Registry registry,
    KafkaClients kafka)
    implements Serializable {

  /** The same job with another model. */
  public JobConfig withModel(ModelConfig other) {
    return new JobConfig(
        input,
        output,
        batch,
        window,
        imageLimits,
        augmentation,
        other,
        device,
        weights,
        trainer,
        replicas,
        embed,
        epochs,
        versions,
        drift,
        registry,
        kafka);
  }

  /**
   * The source of the images.
   *
   * @param streams accepted streams, each with its own model
   * @param bounded whether the job stops at the offsets where the topic ends at its start
   * @param onMissingOffsets what happens when records are gone before they are read
   * @param maxRecordBytes size above which a record is dead-lettered unread
   * @param maxIdLength characters of an image id
   * @param maxLabelLength characters of a label
   */
  public record Input(
      String topic,
      String groupId,
      Set<String> streams,
      boolean bounded,
      OnMissingOffsets onMissingOffsets,
      int maxRecordBytes,
      int maxIdLength,
      int maxLabelLength)
      implements Serializable {

    static Input read(SettingReader in) {
      return new Input(
          in.read(INPUT_TOPIC),
          GroupId.read(in),
          Set.copyOf(in.read(INPUT_STREAMS)),
          in.read(INPUT_BOUNDED),
          in.read(INPUT_ON_MISSING_OFFSETS),
          bytes(in.read(INPUT_MAX_RECORD_BYTES)),
          in.read(INPUT_MAX_ID_LENGTH),
          in.read(INPUT_MAX_LABEL_LENGTH));
    }
  }

  /**
   * The topics of the results.
   *
   * @param delivery guarantee of all topics
   * @param embeddingsDelivery guarantee of the embeddings, unless that of all topics is weaker;
   *     read it through {@link Sink#delivery}
   * @param maxDeadLetterBytes size up to which a dead letter holds the record that it returns
   * @param transactionalIdPrefix start of the transactional ids, never empty
   */
  public record Output(
      String embeddingsTopic,
      String metricsTopic,
      String deadLettersTopic,
      String modelVersionsTopic,
      Delivery delivery,
      Delivery embeddingsDelivery,
      int maxDeadLetterBytes,
      WireFormat wireFormat,
      String transactionalIdPrefix,
      Duration transactionTimeout)
      implements Serializable {

    static Output read(SettingReader in) {
      return new Output(
          in.read(OUTPUT_EMBEDDINGS_TOPIC),
          in.read(OUTPUT_METRICS_TOPIC),
          in.read(OUTPUT_DEAD_LETTERS_TOPIC),
          in.read(OUTPUT_MODEL_VERSIONS_TOPIC),
          in.read(OUTPUT_DELIVERY),
          in.read(OUTPUT_EMBEDDINGS_DELIVERY),
          bytes(in.read(OUTPUT_MAX_DEAD_LETTER_BYTES)),
          in.read(OUTPUT_WIRE_FORMAT),
          given(in.read(OUTPUT_TRANSACTIONAL_ID_PREFIX)).orElseGet(() -> GroupId.read(in)),
          in.read(OUTPUT_TRANSACTION_TIMEOUT));
    }
  }

  /**
   * The training batch.
   *
   * @param sampler how it is put together
   * @param classes P
   * @param imagesPerClass K
   * @param trainEvery new labelled images that make a batch due
   * @param freshClasses classes of a batch that have new images at least, where so many have some
   * @param balance how far the choice of classes follows their traffic
   * @param minImages distinct images with which a class enters training, at least 1
   * @param maxWait longest time that a new image waits
   * @param passes training on kept images when no new ones come
   */
  public record Batch(
      Sampler sampler,
      int classes,
      int imagesPerClass,
      int trainEvery,
      int freshClasses,
      Balance balance,
      int minImages,
      Duration maxWait,
      Passes passes)
      implements Serializable {

    static Batch read(SettingReader in) {
      int asMany = Math.min(in.read(BATCH_IMAGES_PER_CLASS), in.read(WINDOW_RESERVOIR_PER_CLASS));
      return new Batch(
          in.read(BATCH_SAMPLER),
          in.read(BATCH_CLASSES),
          in.read(BATCH_IMAGES_PER_CLASS),
          in.read(BATCH_TRAIN_EVERY),
          in.read(BATCH_FRESH_CLASSES),
          Balance.read(in),
          in.read(BATCH_MIN_IMAGES) == 0 ? asMany : in.read(BATCH_MIN_IMAGES),
          in.read(BATCH_MAX_WAIT),
          Passes.read(in));
    }

    /** Images in a full batch: P·K. */
    public int size() {
      return classes * imagesPerClass;
    }
  }

  /**
   * The rule for repeated images.
   *
   * @param within largest distance of the event times; zero turns the detection off
   * @param remembered largest number of images that are remembered
   */
  public record Repeats(Duration within, int remembered) implements Serializable {}

  /**
   * Bounds of the images that a window keeps.
   *
   * @param freshPerClass new images of a class that wait for a batch
   * @param reservoirPerClass trained images of a class that are kept for replay
   * @param maxBytes bytes of the images of one stream
   * @param classTtl silence after which a class leaves the window; zero for never
   */
  public record Window(
      int freshPerClass,
      int reservoirPerClass,
      Reservoir reservoir,
      long maxBytes,
      Duration classTtl,
      Repeats repeats)
      implements Serializable {

    static Window read(SettingReader in) {
      return new Window(
          in.read(WINDOW_FRESH_PER_CLASS),
          in.read(WINDOW_RESERVOIR_PER_CLASS),
          in.read(WINDOW_RESERVOIR),
          in.read(WINDOW_MAX_BYTES).getBytes(),
          in.read(WINDOW_CLASS_TTL),
          new Repeats(in.read(REPEATS_WITHIN), in.read(REPEATS_REMEMBERED)));
    }
  }

  /**
   * The training operator.
   *
   * @param batchesInFlight batches of each stream that wait for the training thread
   * @param predictionsFrom pass that makes the predictions for the prequential accuracies
   * @param fadingFactor weight of the past in the prequential accuracies, above 0 and at most 1
   * @param prequentialWindow images in the sliding window of the prequential accuracies
   * @param onFailure what a failed model stops
   * @param resume streams that leave the quarantine, as {@code stream@step}
   */
  public record Trainer(
      int batchesInFlight,
      PredictionsFrom predictionsFrom,
      double fadingFactor,
      int prequentialWindow,
      OnFailure onFailure,
      Set<String> resume)
      implements Serializable {

    static Trainer read(SettingReader in) {
      return new Trainer(
          in.read(TRAINER_BATCHES_IN_FLIGHT),
          in.read(PREQUENTIAL_FROM),
          in.read(PREQUENTIAL_FADING_FACTOR),
          in.read(PREQUENTIAL_WINDOW),
          in.read(GUARD_ON_FAILURE),
          Set.copyOf(in.read(GUARD_RESUME)));
    }
  }

  /**
   * The schema registry.
   *
   * @param url address, or empty for no registry
   * @param basicAuthFile file with user:password, or empty; the login itself is not part of a job
   */
  public record Registry(String url, String basicAuthFile) implements Serializable {

    static Registry read(SettingReader in) {
      return new Registry(in.read(REGISTRY_URL), in.read(REGISTRY_BASIC_AUTH_FILE));
    }

    /** No registry: records are in Avro single-object encoding. */
    public static Registry none() {
      return new Registry("", "");
    }

    /** Whether there is a registry. */
    public boolean isOn() {
      return !url.isEmpty();
    }
  }

  /**
   * Reads and checks a configuration.
   *
   * @throws ConfigurationException listing every unknown key and every invalid value
   */
  public static JobConfig from(Configuration configuration) {
    return JobConfigReader.read(configuration);
  }

  /**
   * Reads and checks the configuration of a program that has its own source and sinks.
   *
   * @throws ConfigurationException listing also every key that only Kafka or the engine reads
   */
  public static JobConfig withoutKafka(Configuration configuration) {
    return JobConfigReader.read(configuration, KafkaOnlyKeys::problem);
  }

  /**
   * Path or URI of the safetensors file that a new model starts from; without one, its weights are
   * random.
   */
  public Optional<String> weightsLocation() {
    return given(weights);
  }

  private static Optional<String> given(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  /** The bytes of a size that is at most 1 gb. */
  static int bytes(MemorySize size) {
    return Math.toIntExact(size.getBytes());
  }
}
