package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.SettingDraft.choice;
import static io.rankstream.pipeline.config.SettingDraft.duration;
import static io.rankstream.pipeline.config.SettingDraft.flag;
import static io.rankstream.pipeline.config.SettingDraft.integer;
import static io.rankstream.pipeline.config.SettingDraft.list;
import static io.rankstream.pipeline.config.SettingDraft.longInteger;
import static io.rankstream.pipeline.config.SettingDraft.number;
import static io.rankstream.pipeline.config.SettingDraft.size;
import static io.rankstream.pipeline.config.SettingDraft.text;
import static io.rankstream.pipeline.config.SettingDraft.topic;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.MemorySize;

/**
 * Every setting of the job with its key, type, default, rule and meaning; no other class names a
 * key. Those of the replicas, of the embedders, of the epochs, of the drift and of the model are
 * inherited.
 */
public final class JobOptions extends ReplicaOptions {

  private static final MemorySize ONE_BYTE = new MemorySize(1);
  private static final MemorySize LARGEST_ARRAY = MemorySize.ofMebiBytes(1024);

  public static final Setting<String> INPUT_TOPIC =
      topic("input.topic", "images.v2").means("Topic that the images are read from.");
  public static final Setting<String> INPUT_GROUP_ID =
      text("input.group-id", "")
          .matching(
              id -> id.isEmpty() || !id.isBlank(),
              "a name that is not blank, or empty for one made of the topics")
          .means(
              "Consumer group whose offsets show the progress. A restart continues from the checkpoint, not from these offsets. Empty: rankstream-, the input topic, and eight digits that stand for the output topics, so that jobs on different topics have different groups.");
  public static final Setting<List<String>> INPUT_STREAMS =
      list("input.streams", "default")
          .matching(
              names -> !names.isEmpty() && names.stream().allMatch(StreamName::isAccepted),
              "one or more names separated by ';'; " + StreamName.ACCEPTED)
          .means(
              "Streams that are accepted. Each has its own model; images of any other stream are dead-lettered.");
  public static final Setting<Boolean> INPUT_BOUNDED =
      flag("input.bounded", false)
          .means(
              "Stop at the offsets where the topic ends when the job starts, instead of running forever.");
  public static final Setting<OnMissingOffsets> INPUT_ON_MISSING_OFFSETS =
      choice("input.on-missing-offsets", OnMissingOffsets.FAIL)
          .means(
              "What happens when records that were not read are gone, as retention deletes them while the job is down. fail: the job stops. skip: it goes on with the first record that there is, and counts the others; a topic of another id, as a copy has, counts as the same.");
  public static final Setting<MemorySize> INPUT_MAX_RECORD_BYTES =
      size("input.max-record-bytes", MemorySize.ofMebiBytes(8))
          .between(ONE_BYTE, LARGEST_ARRAY)
          .means("Larger records are dead-lettered unread.");
  public static final Setting<Integer> INPUT_MAX_ID_LENGTH =
      integer("input.max-id-length", 512)
          .between(1, 10_000)
          .means("Largest number of characters in an image id.");
  public static final Setting<Integer> INPUT_MAX_LABEL_LENGTH =
      integer("input.max-label-length", 256)
          .between(1, 10_000)
          .means("Largest number of characters in a label.");

  public static final Setting<String> OUTPUT_EMBEDDINGS_TOPIC =
      topic("output.embeddings-topic", "embeddings.v2")
          .means("Topic of the embeddings; meant to be compacted.");
  public static final Setting<String> OUTPUT_METRICS_TOPIC =
      topic("output.metrics-topic", "training.metrics.v1")
          .means("Topic with one record for each training step.");
  public static final Setting<String> OUTPUT_DEAD_LETTERS_TOPIC =
      topic("output.dead-letters-topic", "images.v2.dlq")
          .means("Topic of the records that could not be used, complete and with the reason.");
  public static final Setting<String> OUTPUT_MODEL_VERSIONS_TOPIC =
      topic("output.model-versions-topic", "models.v1")
          .means(
              "Topic with one record for each published model file, and for each measurement of drift.");
  public static final Setting<Delivery> OUTPUT_DELIVERY =
      choice("output.delivery-guarantee", Delivery.EXACTLY_ONCE)
          .means(
              "Guarantee of all output topics. With exactly-once, records become visible when a checkpoint completes.");
  public static final Setting<Delivery> OUTPUT_EMBEDDINGS_DELIVERY =
      choice("output.embeddings-delivery", Delivery.EXACTLY_ONCE)
          .means(
              "Guarantee of the embeddings. at-least-once makes them visible at once instead of when a checkpoint completes; after a failure some come again, and some are of a version that is taken back. exactly-once holds only where output.delivery-guarantee is exactly-once too.");
  public static final Setting<MemorySize> OUTPUT_MAX_DEAD_LETTER_BYTES =
      size("output.max-dead-letter-bytes", MemorySize.ofMebiBytes(9))
          .between(new MemorySize(1 << 16), LARGEST_ARRAY)
          .means(
              "Largest size of a dead letter; set it no higher than max.message.bytes of its topic. A record that does not fit stays in the input topic, and its dead letter holds its position, size and SHA-256.");
  public static final Setting<String> OUTPUT_TRANSACTIONAL_ID_PREFIX =
      text("output.transactional-id-prefix", "")
          .matching(
              prefix -> prefix.isEmpty() || !prefix.isBlank(),
              "a name that is not blank, or empty for input.group-id")
          .means(
              "Start of the Kafka transactional ids. It must be unique to this job on the Kafka cluster and stable over restarts; input.group-id is unique to a job too.");
  public static final Setting<Duration> OUTPUT_TRANSACTION_TIMEOUT =
      duration("output.transaction-timeout", Duration.ofMinutes(15))
          .between(Duration.ofSeconds(10), Duration.ofDays(24))
          .means(
              "Kafka aborts a transaction after this time. Keep it above the checkpoint interval plus the longest outage, and at or below the broker's transaction.max.timeout.ms (15 min by default).");
  public static final Setting<WireFormat> OUTPUT_WIRE_FORMAT =
      choice("output.wire-format", WireFormat.SINGLE_OBJECT)
          .means(
              "Format of the records in all output topics: Avro single-object encoding, or the format of Confluent's serializers, which needs registry.url. Each input record may have either format.");

  public static final Setting<String> REGISTRY_URL =
      text("registry.url", "")
          .matching(RegistryUrl::isAccepted, RegistryUrl.ACCEPTED)
          .shownAs(RegistryUrl::withoutLogin)
          .means("Schema registry with Confluent's REST API. Empty: no registry.");
  public static final Setting<String> REGISTRY_BASIC_AUTH_FILE =
      text("registry.basic-auth-file", "")
          .any("a path, or empty")
          .means(
              "File with one line user:password for the registry; every TaskManager must see it. Empty: the environment variable RANKSTREAM_REGISTRY_BASIC_AUTH, which has the same form, or no login.");

  public static final Setting<Sampler> BATCH_SAMPLER =
      choice("batch.sampler", Sampler.PK)
          .means(
              "pk: class-balanced batches with replay. natural: batches in the order of arrival, for comparison.");
  public static final Setting<Integer> BATCH_CLASSES =
      integer("batch.classes", 8)
          .atLeast(2, "or no anchor has a negative")
          .means("P: classes in a training batch.");
  public static final Setting<Integer> BATCH_IMAGES_PER_CLASS =
      integer("batch.images-per-class", 4)
          .atLeast(2, "or no anchor has a positive")
          .means("K: images of each class in a training batch.");
  public static final Setting<Integer> BATCH_TRAIN_EVERY =
      integer("batch.train-every", 32)
          .atLeast(1)
          .means(
              "New labelled images of a stream that make a training batch due. Less than P x K replays more, more trains less.");
  public static final Setting<Integer> BATCH_FRESH_CLASSES =
      integer("batch.fresh-classes", 2)
          .atLeast(0)
          .means(
              "How many of the P classes have new images, at least, where so many classes have some; at most batch.classes. All are drawn among those trained longest ago, and replayed where they have no new images.");
  public static final Setting<String> BATCH_BALANCE =
      text("batch.balance", Balance.AUTO)
          .numberOr(Balance.AUTO, Rule.between(0.0, 1.0))
          .means(
              "How much the batches of pk follow the traffic: a class gets a share of the places in proportion to its images so far, to this power. 0 trains all classes equally often, 0.5 by the square root, 1 as they come. Above 0, batch.fresh-classes matters only to batches that batch.max-wait asks for. auto: begins with 0 and turns towards 1 as the images of rare classes repeat more than batch.max-repeats.");
  public static final Setting<Double> BATCH_MAX_REPEATS =
      number("batch.max-repeats", 50)
          .between(1.0, 1e6)
          .means(
              "With batch.balance = auto: how often the images of the rarest quarter of the classes are trained on, on average, before the balance turns from 0. At eight times this it is 1.");
  public static final Setting<Integer> BATCH_MIN_IMAGES =
      integer("batch.min-images", 0)
          .atLeast(0)
          .means(
              "Distinct images with which a class enters training, at most window.fresh-per-class and window.reservoir-per-class. Before that, its images are kept. 0: batch.images-per-class, or window.reservoir-per-class if that is less.");
  public static final Setting<Duration> BATCH_MAX_WAIT =
      duration("batch.max-wait", Duration.ofSeconds(5))
          .atLeast(Duration.ofMillis(1))
          .means(
              "Longest time that a new image waits for a training batch. Then the window trains on what it has if it did not train for that time; otherwise it keeps the image for later batches.");
  public static final Setting<Integer> TRAINING_PASSES =
      integer("training.passes", 0)
          .between(0, 100_000)
          .means(
              "For small and slow streams: passes over the images that the window keeps, on average over them. What is left of them is trained while the input is quiet, or, with input.bounded, when it has ended. 0: the window trains when new images come, and on nothing else.");
  public static final Setting<Duration> TRAINING_QUIET =
      duration("training.quiet", Duration.ofSeconds(10))
          .atLeast(Duration.ofMillis(1))
          .means(
              "Time without a new labelled image of a stream after which training.passes begin. The next image ends them.");
  public static final Setting<Integer> WINDOW_FRESH_PER_CLASS =
      integer("window.fresh-per-class", 16)
          .atLeast(2)
          .means(
              "New images of a class that wait for a batch, at least batch.images-per-class. Beyond it, the oldest is not trained on.");
  public static final Setting<Integer> WINDOW_RESERVOIR_PER_CLASS =
      integer("window.reservoir-per-class", 64)
          .atLeast(1)
          .means("Trained images of a class that are kept for replay.");
  public static final Setting<Reservoir> WINDOW_RESERVOIR =
      choice("window.reservoir", Reservoir.UNIFORM)
          .means(
              "Trained images that are kept: a uniform sample over all time, or the most recent.");
  public static final Setting<MemorySize> WINDOW_MAX_BYTES =
      size("window.max-bytes", MemorySize.ofMebiBytes(512))
          .atLeast(MemorySize.ofMebiBytes(1))
          .means(
              "Pixels in bytes that the window of one stream keeps: one byte for each channel, row and column of the input of the model (150 KB an image for 3 x 224 x 224), whatever the size of the encoded images. Above it, the class with the most kept images gives some, at random, down to batch.images-per-class.");
  public static final Setting<Duration> WINDOW_CLASS_TTL =
      duration("window.class-ttl", Duration.ofDays(90))
          .atLeast(Duration.ZERO)
          .means(
              "A class without an image for this long leaves the window and is not replayed any more; its label may come again. A pause of the whole stream counts for a tenth at most. 0: never.");
  public static final Setting<Duration> REPEATS_WITHIN =
      duration("repeats.within", Duration.ofMinutes(10))
          .atLeast(Duration.ZERO)
          .means(
              "An image is dropped as a producer's repeat when an earlier one had the same id, label and content and an event time at most this far away. 0 takes every image.");
  public static final Setting<Integer> REPEATS_REMEMBERED =
      integer("repeats.remembered", 100_000)
          .atLeast(1)
          .means("Largest number of images of a stream that are remembered to detect repeats.");

  public static final Setting<MemorySize> IMAGE_MAX_BYTES =
      size("image.max-bytes", MemorySize.ofMebiBytes(4))
          .between(ONE_BYTE, LARGEST_ARRAY)
          .means("Largest encoded image.");
  public static final Setting<Integer> IMAGE_MAX_WIDTH =
      integer("image.max-width", 8192)
          .atLeast(1)
          .means("Largest width in pixels, checked in the header before pixels exist.");
  public static final Setting<Integer> IMAGE_MAX_HEIGHT =
      integer("image.max-height", 8192)
          .atLeast(1)
          .means("Largest height in pixels, checked in the header before pixels exist.");
  public static final Setting<Long> IMAGE_MAX_PIXELS =
      longInteger("image.max-pixels", 40_000_000)
          .atLeast(1L)
          .means(
              "Largest width times height. Decoding takes up to 12 bytes for each pixel, outside the heap; images of 8 million pixels or more are decoded one at a time.");

  public static final Setting<Integer> TRAINER_BATCHES_IN_FLIGHT =
      integer("trainer.batches-in-flight", 2)
          .atLeast(1)
          .means(
              "Batches of each stream that wait for the training thread; a further one of the stream holds the window up.");
  public static final Setting<PredictionsFrom> PREQUENTIAL_FROM =
      choice("prequential.from", PredictionsFrom.SERVED)
          .means(
              "served: images are predicted before the step as the model would serve them, in a separate pass. in-step: with the pass that trains, before it changes the weights, which is cheaper. There BatchNorm uses the statistics of the class-balanced batch, so the accuracies come out some points higher than those of the served model, and augmentation changes the images.");
  public static final Setting<Double> PREQUENTIAL_FADING_FACTOR =
      number("prequential.fading-factor", 0.999)
          .above(0.0)
          .atMost(1.0)
          .means(
              "Weight of the past in the prequential accuracies: 0.999 looks back about 1,000 images of a class.");
  public static final Setting<Integer> PREQUENTIAL_WINDOW =
      integer("prequential.window", 1_000)
          .between(1, 100_000)
          .means("Images in the sliding window of the prequential accuracies.");

  public static final Setting<String> VERSIONS_DIRECTORY =
      text("versions.directory", "")
          .any("a path or URI, or empty")
          .means(
              "Directory where model files are published, on a file system that Flink knows. Empty: no model files are published.");
  public static final Setting<Long> VERSIONS_EVERY_STEPS =
      longInteger("versions.every-steps", 1_000)
          .atLeast(0L)
          .means("Steps from one published model to the next; 0 counts no steps.");
  public static final Setting<Duration> VERSIONS_EVERY =
      duration("versions.every", Duration.ZERO)
          .atLeast(Duration.ZERO)
          .means(
              "Time from one published model to the next; 0 sets no time. With versions.every-steps also set, the first of the two counts.");
  public static final Setting<Integer> VERSIONS_KEEP =
      integer("versions.keep", 0)
          .atLeast(0)
          .means(
              "Newest model files of a stream's lineage that are kept; older ones are deleted once a newer one is announced. 0 keeps all.");

  private JobOptions() {}

  /**
   * All settings in the order of their declaration, those of the embedders, of the epochs, of the
   * drift and of the model last.
   */
  public static List<Setting<?>> all() {
    List<Setting<?>> settings = new ArrayList<>();
    for (Class<?> group :
        List.of(
            JobOptions.class,
            ReplicaOptions.class,
            EmbedOptions.class,
            EpochOptions.class,
            DriftOptions.class,
            ModelOptions.class)) {
      for (Field field : group.getDeclaredFields()) {
        if (field.getType() == Setting.class) {
          settings.add(valueOf(field));
        }
      }
    }
    return List.copyOf(settings);
  }

  private static Setting<?> valueOf(Field constant) {
    try {
      return (Setting<?>) constant.get(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("A setting cannot be read: " + constant, e);
    }
  }
}
