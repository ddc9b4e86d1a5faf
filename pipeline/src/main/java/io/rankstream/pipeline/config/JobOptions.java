package io.rankstream.pipeline.config;

import static org.apache.flink.configuration.ConfigOptions.key;

import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.loss.Reducer;
import io.rankstream.model.network.Backbone;
import io.rankstream.model.network.BatchNormMode;
import io.rankstream.model.optimize.OptimizerConfig.Rule;
import io.rankstream.model.optimize.Schedule;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;

/**
 * Every configuration key of the job with its type, default and meaning; nothing else names a key.
 */
public final class JobOptions {

  public static final ConfigOption<String> INPUT_TOPIC =
      key("input.topic")
          .stringType()
          .defaultValue("images.labeled.v1")
          .withDescription("Topic that the images are read from.");
  public static final ConfigOption<String> INPUT_GROUP_ID =
      key("input.group-id")
          .stringType()
          .defaultValue("rankstream")
          .withDescription(
              "Consumer group whose offsets show the progress; a restart goes on from the checkpoint, not from them.");
  public static final ConfigOption<List<String>> INPUT_STREAMS =
      key("input.streams")
          .stringType()
          .asList()
          .defaultValues("default")
          .withDescription(
              "Streams that are accepted, separated by ';'. Each has a model of its own; images of another stream are dead-lettered.");
  public static final ConfigOption<Boolean> INPUT_BOUNDED =
      key("input.bounded")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Stop at the offsets where the topic ends when the job starts, instead of running for ever.");
  public static final ConfigOption<MemorySize> INPUT_MAX_RECORD_BYTES =
      key("input.max-record-bytes")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(8))
          .withDescription("Records larger than this are dead-lettered unread.");
  public static final ConfigOption<Integer> INPUT_MAX_ID_LENGTH =
      key("input.max-id-length")
          .intType()
          .defaultValue(512)
          .withDescription("Characters that an image id may have.");
  public static final ConfigOption<Integer> INPUT_MAX_LABEL_LENGTH =
      key("input.max-label-length")
          .intType()
          .defaultValue(256)
          .withDescription("Characters that a label may have.");

  public static final ConfigOption<String> OUTPUT_EMBEDDINGS_TOPIC =
      key("output.embeddings-topic")
          .stringType()
          .defaultValue("embeddings.v1")
          .withDescription("Topic of the embeddings; meant to be compacted.");
  public static final ConfigOption<String> OUTPUT_METRICS_TOPIC =
      key("output.metrics-topic")
          .stringType()
          .defaultValue("training.metrics.v1")
          .withDescription("Topic with one record for each training step.");
  public static final ConfigOption<String> OUTPUT_DEAD_LETTERS_TOPIC =
      key("output.dead-letters-topic")
          .stringType()
          .defaultValue("images.labeled.v1.dlq")
          .withDescription("Topic of the records that could not be used, whole, with the reason.");
  public static final ConfigOption<String> OUTPUT_MODEL_VERSIONS_TOPIC =
      key("output.model-versions-topic")
          .stringType()
          .defaultValue("models.v1")
          .withDescription("Topic with one record for each published model file.");
  public static final ConfigOption<Delivery> OUTPUT_DELIVERY =
      key("output.delivery-guarantee")
          .enumType(Delivery.class)
          .defaultValue(Delivery.EXACTLY_ONCE)
          .withDescription(
              "Guarantee of all output topics. With exactly-once, records become visible when a checkpoint completes.");
  public static final ConfigOption<MemorySize> OUTPUT_MAX_DEAD_LETTER_BYTES =
      key("output.max-dead-letter-bytes")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(9))
          .withDescription(
              "Size of a dead letter, at most the max.message.bytes of its topic. A record that is too large for one stays in the input topic; its dead letter then has where it is, its size and its SHA-256.");
  public static final ConfigOption<String> OUTPUT_TRANSACTIONAL_ID_PREFIX =
      key("output.transactional-id-prefix")
          .stringType()
          .defaultValue("")
          .withDescription(
              "Start of the Kafka transactional ids; unique to this job on the Kafka cluster and stable over restarts. Empty takes input.group-id, which is unique to a job too.");
  public static final ConfigOption<Duration> OUTPUT_TRANSACTION_TIMEOUT =
      key("output.transaction-timeout")
          .durationType()
          .defaultValue(Duration.ofMinutes(15))
          .withDescription(
              "Kafka aborts a transaction after this long: keep it above checkpoint interval plus the longest outage, and at most the broker's transaction.max.timeout.ms (15 min by default).");

  public static final ConfigOption<WireFormat> OUTPUT_WIRE_FORMAT =
      key("output.wire-format")
          .enumType(WireFormat.class)
          .defaultValue(WireFormat.SINGLE_OBJECT)
          .withDescription(
              "How records of all output topics start: Avro single-object encoding, or the format of Confluent's serializers, for which registry.url must be set. The input may have either, record by record.");

  public static final ConfigOption<String> REGISTRY_URL =
      key("registry.url")
          .stringType()
          .defaultValue("")
          .withDescription(
              "Schema registry with the REST API of Confluent's, such as http://registry:8081. Empty: none.");
  public static final ConfigOption<String> REGISTRY_BASIC_AUTH_FILE =
      key("registry.basic-auth-file")
          .stringType()
          .defaultValue("")
          .withDescription(
              "File with one line user:password for the registry; every TaskManager must see it. Empty: the environment variable RANKSTREAM_REGISTRY_BASIC_AUTH of the same form, or no login.");

  public static final ConfigOption<Sampler> BATCH_SAMPLER =
      key("batch.sampler")
          .enumType(Sampler.class)
          .defaultValue(Sampler.PK)
          .withDescription(
              "pk: class-balanced batches with replay. natural: batches as the images come, for comparison.");
  public static final ConfigOption<Integer> BATCH_CLASSES =
      key("batch.classes")
          .intType()
          .defaultValue(8)
          .withDescription("P: classes in a training batch.");
  public static final ConfigOption<Integer> BATCH_IMAGES_PER_CLASS =
      key("batch.images-per-class")
          .intType()
          .defaultValue(4)
          .withDescription("K: images of each class in a training batch.");
  public static final ConfigOption<Integer> BATCH_TRAIN_EVERY =
      key("batch.train-every")
          .intType()
          .defaultValue(32)
          .withDescription(
              "New labelled images of a stream that make a training batch due. Less than P x K replays more, more trains less.");
  public static final ConfigOption<Integer> BATCH_FRESH_CLASSES =
      key("batch.fresh-classes")
          .intType()
          .defaultValue(2)
          .withDescription(
              "Of the P classes, how many are first chosen among those with new images; the others are those trained longest ago, replayed where nothing new came.");
  public static final ConfigOption<Duration> BATCH_MAX_WAIT =
      key("batch.max-wait")
          .durationType()
          .defaultValue(Duration.ofSeconds(5))
          .withDescription(
              "Longest time that a window stays open: then it trains on what it has (at least two classes), or only embeds it.");
  public static final ConfigOption<Integer> BATCH_EMBEDDING_SIZE =
      key("batch.embedding-size")
          .intType()
          .defaultValue(32)
          .withDescription(
              "Images that are embedded together without training: unlabelled ones and the surplus of frequent classes.");

  public static final ConfigOption<Integer> WINDOW_FRESH_PER_CLASS =
      key("window.fresh-per-class")
          .intType()
          .defaultValue(16)
          .withDescription(
              "New images of a class that wait for a batch; beyond it the oldest is embedded without training.");
  public static final ConfigOption<Integer> WINDOW_RESERVOIR_PER_CLASS =
      key("window.reservoir-per-class")
          .intType()
          .defaultValue(64)
          .withDescription("Trained images of a class that are kept for replay.");
  public static final ConfigOption<Reservoir> WINDOW_RESERVOIR =
      key("window.reservoir")
          .enumType(Reservoir.class)
          .defaultValue(Reservoir.UNIFORM)
          .withDescription(
              "Which trained images are kept: a uniform sample over all time, or the most recent.");
  public static final ConfigOption<MemorySize> WINDOW_MAX_BYTES =
      key("window.max-bytes")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(512))
          .withDescription(
              "Bytes of images that the window of one stream keeps; over it the oldest reservoir entries go first.");

  public static final ConfigOption<LagPolicy> WINDOW_LAG_POLICY =
      key("window.lag-policy")
          .enumType(LagPolicy.class)
          .defaultValue(LagPolicy.WAIT)
          .withDescription(
              "What becomes of images older than window.max-lag that no training batch needs: the surplus of frequent classes and unlabelled ones. wait embeds them, and the input waits in Kafka; shed sends them to the dead letters with the reason LAG_SHED. Images of rare classes are never shed.");
  public static final ConfigOption<Duration> WINDOW_MAX_LAG =
      key("window.max-lag")
          .durationType()
          .defaultValue(Duration.ofMinutes(1))
          .withDescription(
              "Age of an image, from its timestamp in Kafka, from which window.lag-policy applies.");
  public static final ConfigOption<Duration> REPEATS_WITHIN =
      key("repeats.within")
          .durationType()
          .defaultValue(Duration.ofMinutes(10))
          .withDescription(
              "An image whose id, label and content came before, with an event time no farther away than this, is a producer's repeat and is passed over; 0 takes every image.");
  public static final ConfigOption<Integer> REPEATS_REMEMBERED =
      key("repeats.remembered")
          .intType()
          .defaultValue(100_000)
          .withDescription("Images of a stream that are remembered to know repeats, at most.");

  public static final ConfigOption<MemorySize> IMAGE_MAX_BYTES =
      key("image.max-bytes")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(4))
          .withDescription("Largest encoded image.");
  public static final ConfigOption<Integer> IMAGE_MAX_WIDTH =
      key("image.max-width")
          .intType()
          .defaultValue(8192)
          .withDescription("Largest width in pixels, checked in the header before pixels exist.");
  public static final ConfigOption<Integer> IMAGE_MAX_HEIGHT =
      key("image.max-height")
          .intType()
          .defaultValue(8192)
          .withDescription("Largest height in pixels, checked in the header before pixels exist.");
  public static final ConfigOption<Long> IMAGE_MAX_PIXELS =
      key("image.max-pixels")
          .longType()
          .defaultValue(40_000_000L)
          .withDescription(
              "Largest width times height. An image takes up to 12 bytes for each pixel while it is decoded; from 8 million pixels on one is decoded at a time.");

  public static final ConfigOption<Integer> DECODE_THREADS =
      key("decode.threads")
          .intType()
          .defaultValue(2)
          .withDescription("Threads that decode images, for each decode subtask.");
  public static final ConfigOption<Integer> DECODE_BATCHES_IN_FLIGHT =
      key("decode.batches-in-flight")
          .intType()
          .defaultValue(4)
          .withDescription("Batches that are decoded ahead of the trainer.");

  public static final ConfigOption<Integer> AUGMENTATION_CROP_PADDING =
      key("augmentation.crop-padding")
          .intType()
          .defaultValue(0)
          .withDescription(
              "Pixels of padding around a training image before a random crop of the input size; 0 crops nothing.");
  public static final ConfigOption<Boolean> AUGMENTATION_FLIP =
      key("augmentation.flip")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Mirror training images left to right at random. Off by default: digits and text lose their meaning.");

  public static final ConfigOption<Backbone> MODEL_BACKBONE =
      key("model.backbone")
          .enumType(Backbone.class)
          .defaultValue(Backbone.SMALL_CNN)
          .withDescription("Network below the two heads.");
  public static final ConfigOption<Integer> MODEL_CHANNELS =
      key("model.channels")
          .intType()
          .defaultValue(0)
          .withDescription(
              "Channels of the model input: 1 for grey, 3 for colour; 0 takes what is usual for the backbone.");
  public static final ConfigOption<Integer> MODEL_HEIGHT =
      key("model.height")
          .intType()
          .defaultValue(0)
          .withDescription(
              "Height of the model input in pixels; images are resized to it. 0 takes what is usual for the backbone: 224, 299 for inception-v4, 28 for small-cnn.");
  public static final ConfigOption<Integer> MODEL_WIDTH =
      key("model.width")
          .intType()
          .defaultValue(0)
          .withDescription(
              "Width of the model input in pixels; images are resized to it. 0 takes what is usual for the backbone.");
  public static final ConfigOption<PixelScale> MODEL_NORMALIZATION =
      key("model.normalization")
          .enumType(PixelScale.class)
          .defaultValue(PixelScale.AUTO)
          .withDescription(
              "How pixels become numbers: half-range maps them to -1..1, imagenet uses the ImageNet means and deviations, auto takes what is usual for the backbone.");
  public static final ConfigOption<String> MODEL_WEIGHTS =
      key("model.weights")
          .stringType()
          .defaultValue("")
          .withDescription(
              "Safetensors file that a new model starts from: a backbone with the names of torchvision or timm, or a model that Rankstream exported. Every TaskManager must see the file. Empty: random weights.");
  public static final ConfigOption<Integer> MODEL_EMBEDDING_DIMENSION =
      key("model.embedding-dimension")
          .intType()
          .defaultValue(256)
          .withDescription("Values in an embedding (256 in the paper).");
  public static final ConfigOption<Integer> MODEL_MAX_CLASSES =
      key("model.max-classes")
          .intType()
          .defaultValue(1000)
          .withDescription(
              "Capacity of the softmax head. Classes are met at run time; images of a class beyond it are dead-lettered.");
  public static final ConfigOption<BatchNormMode> MODEL_BATCH_NORM =
      key("model.batch-norm")
          .enumType(BatchNormMode.class)
          .defaultValue(BatchNormMode.TRAIN)
          .withDescription("Whether BatchNorm statistics follow the batches or stay as they are.");
  public static final ConfigOption<Double> MODEL_AVERAGE_DECAY =
      key("model.average-decay")
          .doubleType()
          .defaultValue(0.0)
          .withDescription(
              "Weight of the past in a moving average of the weights that embeds, predicts and is published in place of the newest weights, such as 0.99; 0 keeps no average.");
  public static final ConfigOption<String> MODEL_DEVICE =
      key("model.device")
          .stringType()
          .defaultValue("auto")
          .withDescription(
              "auto (a GPU when there is one), cpu, gpu or gpu:N. Asking for a GPU that is not there stops the start.");
  public static final ConfigOption<Long> MODEL_SEED =
      key("model.seed")
          .longType()
          .defaultValue(42L)
          .withDescription("Seed of the initial weights, the augmentation and the replay choices.");

  public static final ConfigOption<RankingLoss> LOSS_RANKING =
      key("loss.ranking")
          .enumType(RankingLoss.class)
          .defaultValue(RankingLoss.TRIPLET_SEMI_HARD)
          .withDescription("Ranking loss on the embedding head, beside the softmax cross-entropy.");
  public static final ConfigOption<String> LOSS_LAMBDA =
      key("loss.lambda")
          .stringType()
          .defaultValue("auto")
          .withDescription(
              "Weight of the ranking loss. auto takes that of the paper's code: 0.003 for center, 1 for the others.");
  public static final ConfigOption<String> LOSS_MARGIN =
      key("loss.margin")
          .stringType()
          .defaultValue("0.2")
          .withDescription(
              "Margin of the triplet, triplet-center and magnet losses in units of the distance, or soft.");
  public static final ConfigOption<Boolean> LOSS_SQUARED_DISTANCE =
      key("loss.squared-distance")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Squared Euclidean distance between embeddings as in the paper, or plain Euclidean.");
  public static final ConfigOption<Reducer> LOSS_REDUCER =
      key("loss.reducer")
          .enumType(Reducer.class)
          .defaultValue(Reducer.MEAN)
          .withDescription(
              "mean over all mined triplets as in the paper, or mean-active over those with a loss above zero.");
  public static final ConfigOption<Double> LOSS_CENTER_RATE =
      key("loss.center-rate")
          .doubleType()
          .defaultValue(0.5)
          .withDescription(
              "How far the centres of center and triplet-center follow the embeddings at each step; 0 freezes them.");

  public static final ConfigOption<Rule> OPTIMIZER_RULE =
      key("optimizer.rule")
          .enumType(Rule.class)
          .defaultValue(Rule.SGD)
          .withDescription("SGD with momentum, or AdamW, both as in PyTorch.");
  public static final ConfigOption<Double> OPTIMIZER_LEARNING_RATE =
      key("optimizer.learning-rate")
          .doubleType()
          .defaultValue(0.01)
          .withDescription("Peak learning rate of the backbone.");
  public static final ConfigOption<Double> OPTIMIZER_HEADS_FACTOR =
      key("optimizer.heads-factor")
          .doubleType()
          .defaultValue(1.0)
          .withDescription(
              "Learning rate of the two heads over that of the backbone, such as 10 for a pretrained backbone.");
  public static final ConfigOption<Schedule.Shape> OPTIMIZER_SCHEDULE =
      key("optimizer.schedule")
          .enumType(Schedule.Shape.class)
          .defaultValue(Schedule.Shape.CONSTANT)
          .withDescription(
              "constant, or for streams that end polynomial or cosine: to zero at optimizer.total-steps.");
  public static final ConfigOption<Long> OPTIMIZER_TOTAL_STEPS =
      key("optimizer.total-steps")
          .longType()
          .defaultValue(40_000L)
          .withDescription("Step at which the polynomial and cosine schedules reach zero.");
  public static final ConfigOption<Double> OPTIMIZER_POWER =
      key("optimizer.power")
          .doubleType()
          .defaultValue(1.0)
          .withDescription("Exponent of the polynomial schedule; 1 is linear, as in the paper.");
  public static final ConfigOption<Long> OPTIMIZER_WARM_UP_STEPS =
      key("optimizer.warm-up-steps")
          .longType()
          .defaultValue(0L)
          .withDescription("Steps in which the learning rate rises linearly to its peak.");
  public static final ConfigOption<Double> OPTIMIZER_MOMENTUM =
      key("optimizer.momentum")
          .doubleType()
          .defaultValue(0.9)
          .withDescription("Momentum of SGD, first beta of AdamW.");
  public static final ConfigOption<Double> OPTIMIZER_BETA2 =
      key("optimizer.beta2")
          .doubleType()
          .defaultValue(0.999)
          .withDescription("Second beta of AdamW.");
  public static final ConfigOption<Double> OPTIMIZER_WEIGHT_DECAY =
      key("optimizer.weight-decay")
          .doubleType()
          .defaultValue(0.0)
          .withDescription("Weight decay: L2 with SGD, decoupled with AdamW.");
  public static final ConfigOption<Double> OPTIMIZER_CLIP_NORM =
      key("optimizer.clip-norm")
          .doubleType()
          .defaultValue(0.0)
          .withDescription(
              "Largest Euclidean norm of a gradient; a longer one is scaled down to it. 0 clips nothing.");
  public static final ConfigOption<Integer> OPTIMIZER_ACCUMULATE =
      key("optimizer.accumulate")
          .intType()
          .defaultValue(1)
          .withDescription("Batches whose mean gradient makes one update of the weights.");
  public static final ConfigOption<List<String>> OPTIMIZER_FROZEN =
      key("optimizer.frozen")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Parameters whose names start with one of these stay as they are, separated by ';', such as conv1;bn1;layer1.");

  public static final ConfigOption<EmbeddingsFrom> EMBEDDINGS_FROM =
      key("embeddings.from")
          .enumType(EmbeddingsFrom.class)
          .defaultValue(EmbeddingsFrom.UPDATED)
          .withDescription(
              "updated: trained images are embedded by the weights after the step, in a pass of their own. in-step: by the pass that trains, which is cheaper and one step behind.");

  public static final ConfigOption<String> VERSIONS_DIRECTORY =
      key("versions.directory")
          .stringType()
          .defaultValue("")
          .withDescription(
              "Where model files are published, as a path or URI of a file system that Flink knows. Empty publishes none.");
  public static final ConfigOption<Long> VERSIONS_EVERY_STEPS =
      key("versions.every-steps")
          .longType()
          .defaultValue(1_000L)
          .withDescription("Steps from one published model to the next; 0 does not count steps.");
  public static final ConfigOption<Duration> VERSIONS_EVERY =
      key("versions.every")
          .durationType()
          .defaultValue(Duration.ZERO)
          .withDescription(
              "Time from one published model to the next, whichever of the two comes first; 0 does not look at the clock.");

  public static final ConfigOption<Double> GUARD_MAX_NORM_FACTOR =
      key("guard.max-norm-factor")
          .doubleType()
          .defaultValue(100.0)
          .withDescription(
              "A step is skipped when its gradient is longer than this many times the running mean of the norms; 0 allows any length. Steps with infinite or undefined figures are always skipped.");
  public static final ConfigOption<Double> GUARD_MIN_SPREAD =
      key("guard.min-spread")
          .doubleType()
          .defaultValue(1e-4)
          .withDescription(
              "Embeddings of a batch count as collapsed when their mean squared distance to their mean, 0 to 1, is below this and was above before; 0 does not look.");
  public static final ConfigOption<Integer> GUARD_PATIENCE =
      key("guard.patience")
          .intType()
          .defaultValue(10)
          .withDescription(
              "Skipped or collapsed steps in a row after which the model goes back to its last good weights.");
  public static final ConfigOption<Integer> GUARD_KEEP_EVERY =
      key("guard.keep-every")
          .intType()
          .defaultValue(100)
          .withDescription("Steps from one copy of good weights in memory to the next.");
  public static final ConfigOption<Integer> GUARD_MAX_ROLLBACKS =
      key("guard.max-rollbacks")
          .intType()
          .defaultValue(3)
          .withDescription(
              "Times within 1,000 steps that a model may go back to its last good weights; one more stops the job.");

  public static final ConfigOption<Integer> TRAINER_BATCHES_IN_FLIGHT =
      key("trainer.batches-in-flight")
          .intType()
          .defaultValue(2)
          .withDescription("Decoded batches that wait beside the training thread.");
  public static final ConfigOption<PredictionsFrom> PREQUENTIAL_FROM =
      key("prequential.from")
          .enumType(PredictionsFrom.class)
          .defaultValue(PredictionsFrom.SERVED)
          .withDescription(
              "served: images are predicted before the step as the model would serve them, in a pass of their own. in-step: by the pass that trains, before it changes the weights, which is cheaper; BatchNorm sees the statistics of the class-balanced batch there, so that the accuracies come out some points higher than what is served, and augmentation changes the images.");
  public static final ConfigOption<Double> PREQUENTIAL_FADING_FACTOR =
      key("prequential.fading-factor")
          .doubleType()
          .defaultValue(0.999)
          .withDescription(
              "Weight of the past in the prequential accuracies: 0.999 looks back about 1,000 images of a class.");
  public static final ConfigOption<Integer> PREQUENTIAL_WINDOW =
      key("prequential.window")
          .intType()
          .defaultValue(1_000)
          .withDescription("Images in the sliding window of the prequential accuracies.");

  private JobOptions() {}

  /** All options in the order of their declaration. */
  public static List<ConfigOption<?>> all() {
    List<ConfigOption<?>> options = new ArrayList<>();
    for (Field field : JobOptions.class.getDeclaredFields()) {
      if (Modifier.isPublic(field.getModifiers()) && field.getType() == ConfigOption.class) {
        try {
          options.add((ConfigOption<?>) field.get(null));
        } catch (IllegalAccessException e) {
          throw new IllegalStateException("A public constant cannot be read: " + field, e);
        }
      }
    }
    return List.copyOf(options);
  }
}
