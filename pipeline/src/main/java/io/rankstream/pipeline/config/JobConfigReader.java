package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.JobOptions.*;

import io.rankstream.model.image.Augmentation;
import io.rankstream.model.image.DecodeLimits;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.pipeline.config.JobConfig.Batch;
import io.rankstream.pipeline.config.JobConfig.Input;
import io.rankstream.pipeline.config.JobConfig.Output;
import io.rankstream.pipeline.config.JobConfig.Registry;
import io.rankstream.pipeline.config.JobConfig.Trainer;
import io.rankstream.pipeline.config.JobConfig.Window;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.apache.flink.configuration.Configuration;

/** Reads a {@link JobConfig} and reports all problems of the settings together. */
final class JobConfigReader {

  private JobConfigReader() {}

  /** See {@link JobConfig#from}. */
  static JobConfig read(Configuration configuration) {
    return read(configuration, KeyCheck::problem);
  }

  /**
   * @param check the problem of a key in a configuration
   */
  static JobConfig read(
      Configuration configuration, BiFunction<String, Configuration, Optional<String>> check) {
    SettingReader in = new SettingReader(configuration);
    Set<String> keys = new TreeSet<>(configuration.keySet());
    keys.forEach(key -> check.apply(key, configuration).ifPresent(in::problem));
    JobConfig config =
        new JobConfig(
            Input.read(in),
            Output.read(in),
            Batch.read(in),
            Window.read(in),
            new DecodeLimits(
                JobConfig.bytes(in.read(IMAGE_MAX_BYTES)),
                in.read(IMAGE_MAX_WIDTH),
                in.read(IMAGE_MAX_HEIGHT),
                in.read(IMAGE_MAX_PIXELS)),
            new Augmentation(
                in.read(AUGMENTATION_CROP_PADDING),
                in.read(AUGMENTATION_FLIP),
                in.read(AUGMENTATION_ZOOM),
                in.read(AUGMENTATION_ERASE)),
            ModelConfigReader.read(in),
            in.read(MODEL_DEVICE),
            in.read(MODEL_WEIGHTS),
            Trainer.read(in),
            ReplicaConfig.read(in),
            EmbedConfig.read(in),
            EpochConfig.read(in),
            VersionsConfig.read(in),
            DriftConfig.read(in),
            Registry.read(in),
            KafkaClients.read(configuration));
    checkTogether(config, in);
    in.throwIfProblems();
    return config;
  }

  private static void checkTogether(JobConfig config, SettingReader in) {
    in.requireAtMost(BATCH_FRESH_CLASSES, BATCH_CLASSES);
    in.requireAtLeast(WINDOW_FRESH_PER_CLASS, BATCH_IMAGES_PER_CLASS);
    in.requireAtMost(BATCH_MIN_IMAGES, WINDOW_FRESH_PER_CLASS);
    in.requireAtMost(BATCH_MIN_IMAGES, WINDOW_RESERVOIR_PER_CLASS);
    in.requireAtLeast(MODEL_MAX_CLASSES, BATCH_CLASSES);
    checkBothSides(config, in);
    checkMixup(config, in);
    Passes.check(config, in);
    ReplicaConfig.check(config, in);
    SizeLimits.check(config, in);
    ProducerTimes.check(config, in);
    DriftConfig.check(config, in);
    EpochConfig.check(config, in);
    if (config.output().wireFormat() == WireFormat.CONFLUENT && !config.registry().isOn()) {
      in.problem(
          "Missing %s (%s = confluent needs a schema registry, such as http://registry:8081)"
              .formatted(REGISTRY_URL.key(), OUTPUT_WIRE_FORMAT.key()));
    }
    if (!config.registry().basicAuthFile().isEmpty() && !config.registry().isOn()) {
      in.problem(
          "Missing %s (%s is set, and there is no registry to log in to)"
              .formatted(REGISTRY_URL.key(), REGISTRY_BASIC_AUTH_FILE.key()));
    }
  }

  /** One side of the input alone would silently give images that are stretched. */
  private static void checkBothSides(JobConfig config, SettingReader in) {
    boolean hasHeight = in.read(MODEL_HEIGHT) != 0;
    boolean hasWidth = in.read(MODEL_WIDTH) != 0;
    if (hasHeight != hasWidth && !in.isRefused(MODEL_HEIGHT) && !in.isRefused(MODEL_WIDTH)) {
      Setting<Integer> given = hasHeight ? MODEL_HEIGHT : MODEL_WIDTH;
      in.problem(
          "Missing %s (%s = %d stands alone, and the input would be %d high and %d wide: set both or neither)"
              .formatted(
                  (hasHeight ? MODEL_WIDTH : MODEL_HEIGHT).key(),
                  given.key(),
                  in.read(given),
                  config.model().input().height(),
                  config.model().input().width()));
    }
  }

  /** Mixed images have no class of their own: nothing compares or predicts them. */
  private static void checkMixup(JobConfig config, SettingReader in) {
    LossConfig loss = config.model().loss();
    if (!loss.mixup().isOn()) {
      return;
    }

    if (loss.mixup().share() == 1 && loss.ranking() != RankingLoss.NONE) {
      in.problem(
          "Invalid %s: 1 (must be below 1 with %s = %s, which trains in the steps that do not mix)"
              .formatted(LOSS_MIXUP_SHARE.key(), LOSS_RANKING.key(), ValueText.of(loss.ranking())));
    }
    if (config.trainer().predictionsFrom() == PredictionsFrom.IN_STEP) {
      in.problem(
          "Invalid %s: in-step (must be served with %s = %s: a step predicts no images that it mixes)"
              .formatted(
                  PREQUENTIAL_FROM.key(), LOSS_MIXUP.key(), ValueText.of(loss.mixup().alpha())));
    }
  }
}
