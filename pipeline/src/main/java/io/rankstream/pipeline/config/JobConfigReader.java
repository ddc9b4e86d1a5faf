package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.JobOptions.*;

import io.rankstream.model.ModelConfig;
import io.rankstream.model.image.Augmentation;
import io.rankstream.model.image.DecodeLimits;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.Margin;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.Backbone;
import io.rankstream.model.optimize.OptimizerConfig;
import io.rankstream.model.optimize.Schedule;
import io.rankstream.model.step.GuardConfig;
import io.rankstream.pipeline.config.JobConfig.Batch;
import io.rankstream.pipeline.config.JobConfig.Decode;
import io.rankstream.pipeline.config.JobConfig.Input;
import io.rankstream.pipeline.config.JobConfig.Output;
import io.rankstream.pipeline.config.JobConfig.Registry;
import io.rankstream.pipeline.config.JobConfig.Repeats;
import io.rankstream.pipeline.config.JobConfig.Trainer;
import io.rankstream.pipeline.config.JobConfig.Versions;
import io.rankstream.pipeline.config.JobConfig.Window;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;

/** Reads a {@link JobConfig}, and says of every value that it does not take what it would. */
final class JobConfigReader {

  private static final String AUTO = "auto";
  private static final int MAX_ARRAY_BYTES = 1 << 30;
  private static final String TOPIC_RULE =
      "must be 1 to 249 letters, digits, '.', '_' or '-', as Kafka asks";
  private static final String NAME_LENGTH_RULE = "must be 1 to 10000";

  private JobConfigReader() {}

  /** See {@link JobConfig#from}. */
  static JobConfig read(Configuration configuration) {
    OptionReader reader = new OptionReader(configuration);
    Map<String, String> settings = new TreeMap<>(configuration.toMap());
    for (String key : settings.keySet()) {
      KeyCheck.problem(key).ifPresent(reader::problem);
    }

    Map<String, String> kafka = new TreeMap<>();
    settings.forEach(
        (key, value) -> {
          if (key.startsWith(KeyCheck.KAFKA_PREFIX)) {
            kafka.put(key.substring(KeyCheck.KAFKA_PREFIX.length()), value);
          }
        });
    kafka.putIfAbsent("bootstrap.servers", "localhost:9092");
    Secrets.turnOnProviders(kafka);

    ModelConfig model = model(reader);
    JobConfig config =
        new JobConfig(
            input(reader),
            output(reader),
            batch(reader),
            window(reader, model),
            decode(reader),
            new Augmentation(
                reader.read(AUGMENTATION_CROP_PADDING, n -> n >= 0, "must be at least 0"),
                reader.read(AUGMENTATION_FLIP)),
            model,
            reader.read(
                MODEL_DEVICE,
                text -> text.matches("auto|cpu|gpu(:\\d{1,3})?"),
                "must be auto, cpu, gpu or gpu:N"),
            reader.read(MODEL_WEIGHTS),
            trainer(reader),
            new Versions(
                reader.read(VERSIONS_DIRECTORY),
                reader.read(VERSIONS_EVERY_STEPS, n -> n >= 0, "must be at least 0"),
                reader.read(VERSIONS_EVERY)),
            registry(reader),
            kafka);
    checkTogether(config, reader);
    reader.throwIfProblems();
    return config;
  }

  private static void checkTogether(JobConfig config, OptionReader reader) {
    if (config.batch().freshClasses() > config.batch().classes()) {
      reader.problem(
          "Invalid %s: %d (must be at most %s = %d)"
              .formatted(
                  BATCH_FRESH_CLASSES.key(),
                  config.batch().freshClasses(),
                  BATCH_CLASSES.key(),
                  config.batch().classes()));
    }
    if (config.window().freshPerClass() < config.batch().imagesPerClass()) {
      reader.problem(
          "Invalid %s: %d (must be at least %s = %d)"
              .formatted(
                  WINDOW_FRESH_PER_CLASS.key(),
                  config.window().freshPerClass(),
                  BATCH_IMAGES_PER_CLASS.key(),
                  config.batch().imagesPerClass()));
    }
    if (config.model().architecture().maxClasses() < config.batch().classes()) {
      reader.problem(
          "Invalid %s: %d (must be at least %s = %d)"
              .formatted(
                  MODEL_MAX_CLASSES.key(),
                  config.model().architecture().maxClasses(),
                  BATCH_CLASSES.key(),
                  config.batch().classes()));
    }
    if (config.output().wireFormat() == WireFormat.CONFLUENT && !config.registry().isOn()) {
      reader.problem(
          "Missing %s (%s = confluent needs a schema registry, such as http://registry:8081)"
              .formatted(REGISTRY_URL.key(), OUTPUT_WIRE_FORMAT.key()));
    }
    if (!config.registry().basicAuthFile().isEmpty() && !config.registry().isOn()) {
      reader.problem(
          "Missing %s (%s is set, and there is no registry to log in to)"
              .formatted(REGISTRY_URL.key(), REGISTRY_BASIC_AUTH_FILE.key()));
    }
  }

  private static Registry registry(OptionReader reader) {
    String url = reader.read(REGISTRY_URL);
    RegistryUrl.problem(url).ifPresent(reader::problem);
    return new Registry(url, reader.read(REGISTRY_BASIC_AUTH_FILE));
  }

  private static Input input(OptionReader reader) {
    List<String> streams =
        reader.read(
            INPUT_STREAMS,
            names -> !names.isEmpty() && names.stream().noneMatch(String::isBlank),
            "must name at least one stream, separated by ';'");
    return new Input(
        reader.read(INPUT_TOPIC, JobConfigReader::isTopic, TOPIC_RULE),
        reader.read(INPUT_GROUP_ID, text -> !text.isBlank(), "must not be blank"),
        Set.copyOf(streams),
        reader.read(INPUT_BOUNDED),
        (int)
            reader
                .read(
                    INPUT_MAX_RECORD_BYTES,
                    size -> size.getBytes() > 0 && size.getBytes() <= MAX_ARRAY_BYTES,
                    "must be between 1 b and 1 gb")
                .getBytes(),
        reader.read(INPUT_MAX_ID_LENGTH, JobConfigReader::isNameLength, NAME_LENGTH_RULE),
        reader.read(INPUT_MAX_LABEL_LENGTH, JobConfigReader::isNameLength, NAME_LENGTH_RULE));
  }

  private static Output output(OptionReader reader) {
    String prefix =
        reader.read(
            OUTPUT_TRANSACTIONAL_ID_PREFIX,
            text -> text.isEmpty() || !text.isBlank(),
            "must not be blank");
    return new Output(
        reader.read(OUTPUT_EMBEDDINGS_TOPIC, JobConfigReader::isTopic, TOPIC_RULE),
        reader.read(OUTPUT_METRICS_TOPIC, JobConfigReader::isTopic, TOPIC_RULE),
        reader.read(OUTPUT_DEAD_LETTERS_TOPIC, JobConfigReader::isTopic, TOPIC_RULE),
        reader.read(OUTPUT_MODEL_VERSIONS_TOPIC, JobConfigReader::isTopic, TOPIC_RULE),
        reader.read(OUTPUT_DELIVERY),
        (int)
            reader
                .read(
                    OUTPUT_MAX_DEAD_LETTER_BYTES,
                    size -> size.getBytes() >= 1 << 16 && size.getBytes() <= MAX_ARRAY_BYTES,
                    "must be between 64 kb and 1 gb")
                .getBytes(),
        reader.read(OUTPUT_WIRE_FORMAT),
        prefix.isEmpty() ? reader.read(INPUT_GROUP_ID) : prefix,
        reader.read(
            OUTPUT_TRANSACTION_TIMEOUT,
            time -> time.toMillis() >= 10_000 && time.toMillis() <= Integer.MAX_VALUE,
            "must be between 10 s and 24 d"));
  }

  private static Batch batch(OptionReader reader) {
    return new Batch(
        reader.read(BATCH_SAMPLER),
        reader.read(BATCH_CLASSES, p -> p >= 2, "must be at least 2, or no anchor has a negative"),
        reader.read(
            BATCH_IMAGES_PER_CLASS, k -> k >= 2, "must be at least 2, or no anchor has a positive"),
        reader.read(BATCH_TRAIN_EVERY, n -> n >= 1, "must be at least 1"),
        reader.read(BATCH_FRESH_CLASSES, n -> n >= 0, "must be at least 0"),
        reader.read(BATCH_MAX_WAIT, time -> time.toMillis() >= 1, "must be at least 1 ms"),
        reader.read(BATCH_EMBEDDING_SIZE, n -> n >= 1, "must be at least 1"));
  }

  private static Window window(OptionReader reader, ModelConfig model) {
    return new Window(
        reader.read(WINDOW_FRESH_PER_CLASS, n -> n >= 1, "must be at least 1"),
        reader.read(WINDOW_RESERVOIR_PER_CLASS, n -> n >= 1, "must be at least 1"),
        reader.read(WINDOW_RESERVOIR),
        reader
            .read(WINDOW_MAX_BYTES, size -> size.getBytes() >= 1 << 20, "must be at least 1 mb")
            .getBytes(),
        reader.read(WINDOW_LAG_POLICY),
        reader.read(WINDOW_MAX_LAG),
        new Repeats(
            reader.read(REPEATS_WITHIN),
            reader.read(REPEATS_REMEMBERED, n -> n >= 1, "must be at least 1")),
        model.architecture().maxClasses(),
        model.seed());
  }

  private static Decode decode(OptionReader reader) {
    return new Decode(
        new DecodeLimits(
            (int)
                reader
                    .read(
                        IMAGE_MAX_BYTES,
                        size -> size.getBytes() > 0 && size.getBytes() <= MAX_ARRAY_BYTES,
                        "must be between 1 b and 1 gb")
                    .getBytes(),
            reader.read(IMAGE_MAX_WIDTH, n -> n >= 1, "must be at least 1"),
            reader.read(IMAGE_MAX_HEIGHT, n -> n >= 1, "must be at least 1"),
            reader.read(IMAGE_MAX_PIXELS, n -> n >= 1, "must be at least 1")),
        reader.read(DECODE_THREADS, n -> n >= 1, "must be at least 1"),
        reader.read(DECODE_BATCHES_IN_FLIGHT, n -> n >= 1, "must be at least 1"));
  }

  private static Trainer trainer(OptionReader reader) {
    return new Trainer(
        reader.read(TRAINER_BATCHES_IN_FLIGHT, n -> n >= 1, "must be at least 1"),
        reader.read(EMBEDDINGS_FROM),
        reader.read(PREQUENTIAL_FROM),
        reader.read(PREQUENTIAL_FADING_FACTOR, f -> f > 0 && f <= 1, "must be above 0, at most 1"),
        reader.read(PREQUENTIAL_WINDOW, n -> n >= 1 && n <= 100_000, "must be 1 to 100000"));
  }

  private static ModelConfig model(OptionReader reader) {
    Backbone backbone = reader.read(MODEL_BACKBONE);
    Architecture architecture =
        new Architecture(
            backbone,
            input(reader, backbone.usualInput()),
            reader.read(MODEL_EMBEDDING_DIMENSION, d -> d >= 2 && d <= 8192, "must be 2 to 8192"),
            reader.read(MODEL_MAX_CLASSES, n -> n >= 2 && n <= 1_000_000, "must be 2 to 1000000"));
    return new ModelConfig(
        architecture,
        loss(reader),
        optimizer(reader),
        reader.read(MODEL_BATCH_NORM),
        reader.read(MODEL_AVERAGE_DECAY, d -> d >= 0 && d < 1, "must be at least 0, below 1"),
        guard(reader),
        reader.read(MODEL_SEED));
  }

  private static GuardConfig guard(OptionReader reader) {
    return new GuardConfig(
        reader.read(
            GUARD_MAX_NORM_FACTOR, f -> f == 0 || (f > 1 && f < 1e30), "must be 0 or above 1"),
        reader.read(GUARD_MIN_SPREAD, s -> s >= 0 && s < 1, "must be at least 0, below 1"),
        reader.read(GUARD_PATIENCE, n -> n >= 1, "must be at least 1"),
        reader.read(GUARD_KEEP_EVERY, n -> n >= 1, "must be at least 1"),
        reader.read(GUARD_MAX_ROLLBACKS, n -> n >= 0, "must be at least 0"));
  }

  private static InputSpec input(OptionReader reader, InputSpec usual) {
    String rule = "must be 8 to 2048, or 0 for what is usual";
    int channels = reader.read(MODEL_CHANNELS, c -> c == 0 || c == 1 || c == 3, "must be 1 or 3");
    int height = reader.read(MODEL_HEIGHT, JobConfigReader::isSide, rule);
    int width = reader.read(MODEL_WIDTH, JobConfigReader::isSide, rule);
    return new InputSpec(
        channels == 0 ? usual.channels() : channels,
        height == 0 ? usual.height() : height,
        width == 0 ? usual.width() : width,
        switch (reader.read(MODEL_NORMALIZATION)) {
          case AUTO -> usual.normalization();
          case HALF_RANGE -> Normalization.HALF_RANGE;
          case IMAGENET -> Normalization.IMAGENET;
        });
  }

  private static boolean isSide(int pixels) {
    return pixels == 0 || (pixels >= 8 && pixels <= 2048);
  }

  private static OptimizerConfig optimizer(OptionReader reader) {
    String share = "must be at least 0, below 1";
    return new OptimizerConfig(
        reader.read(OPTIMIZER_RULE),
        reader.read(OPTIMIZER_LEARNING_RATE, r -> r > 0 && r <= 10, "must be above 0, at most 10"),
        reader.read(OPTIMIZER_HEADS_FACTOR, f -> f > 0 && f <= 1e6, "must be above 0"),
        new Schedule(
            reader.read(OPTIMIZER_SCHEDULE),
            reader.read(OPTIMIZER_TOTAL_STEPS, n -> n >= 1, "must be at least 1"),
            reader.read(OPTIMIZER_POWER, p -> p > 0 && p <= 100, "must be above 0"),
            reader.read(OPTIMIZER_WARM_UP_STEPS, n -> n >= 0, "must be at least 0")),
        reader.read(OPTIMIZER_MOMENTUM, m -> m >= 0 && m < 1, share),
        reader.read(OPTIMIZER_BETA2, b -> b > 0 && b < 1, "must be above 0, below 1"),
        reader.read(OPTIMIZER_WEIGHT_DECAY, d -> d >= 0 && d < 1, share),
        reader.read(OPTIMIZER_CLIP_NORM, n -> n >= 0 && n < 1e30, "must be at least 0"),
        reader.read(OPTIMIZER_ACCUMULATE, n -> n >= 1, "must be at least 1"),
        reader.read(OPTIMIZER_FROZEN));
  }

  private static LossConfig loss(OptionReader reader) {
    RankingLoss ranking = reader.read(LOSS_RANKING);
    String lambda =
        reader.read(
            LOSS_LAMBDA, JobConfigReader::isLambda, "must be auto or a number of 0 to 1000");
    String margin =
        reader.read(
            LOSS_MARGIN, JobConfigReader::isMargin, "must be soft or a number of at least 0");
    return new LossConfig(
        ranking,
        lambda.equals(AUTO) ? ranking.defaultLambda() : Double.parseDouble(lambda),
        Margin.parse(margin),
        reader.read(LOSS_SQUARED_DISTANCE),
        reader.read(LOSS_REDUCER),
        reader.read(LOSS_CENTER_RATE, r -> r >= 0 && r <= 1, "must be 0 to 1"));
  }

  private static boolean isLambda(String text) {
    try {
      return text.equals(AUTO)
          || (Double.parseDouble(text) >= 0 && Double.parseDouble(text) <= 1e3);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static boolean isMargin(String text) {
    try {
      Margin.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isNameLength(int characters) {
    return characters >= 1 && characters <= 10_000;
  }

  private static boolean isTopic(String name) {
    return name.matches("[a-zA-Z0-9._-]{1,249}") && !name.equals(".") && !name.equals("..");
  }
}
