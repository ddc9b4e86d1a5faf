package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.JobOptions.*;

import io.rankstream.model.ModelConfig;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.Margin;
import io.rankstream.model.loss.MixupConfig;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.Backbone;
import io.rankstream.model.network.Precisions;
import io.rankstream.model.optimize.OptimizerConfig;
import io.rankstream.model.optimize.Schedule;
import io.rankstream.model.step.GuardConfig;

/** Reads the settings of a model into the records of the library. */
final class ModelConfigReader {

  private ModelConfigReader() {}

  static ModelConfig read(SettingReader in) {
    return new ModelConfig(
        architecture(in),
        loss(in),
        optimizer(in),
        in.read(MODEL_BATCH_NORM),
        in.read(MODEL_AVERAGE_DECAY),
        guard(in),
        new Precisions(in.read(MODEL_PRECISION), in.read(MODEL_SERVED_PRECISION)),
        in.read(MODEL_SEED));
  }

  private static Architecture architecture(SettingReader in) {
    Backbone backbone = in.read(MODEL_BACKBONE);
    return new Architecture(
        backbone,
        input(in, backbone.usualInput()),
        in.read(MODEL_EMBEDDING_DIMENSION),
        in.read(MODEL_MAX_CLASSES));
  }

  private static InputSpec input(SettingReader in, InputSpec usual) {
    int channels = in.read(MODEL_CHANNELS);
    int height = in.read(MODEL_HEIGHT);
    int width = in.read(MODEL_WIDTH);
    return new InputSpec(
        channels == 0 ? usual.channels() : channels,
        height == 0 ? usual.height() : height,
        width == 0 ? usual.width() : width,
        switch (in.read(MODEL_NORMALIZATION)) {
          case AUTO -> usual.normalization();
          case HALF_RANGE -> Normalization.HALF_RANGE;
          case IMAGENET -> Normalization.IMAGENET;
        });
  }

  private static LossConfig loss(SettingReader in) {
    RankingLoss ranking = in.read(LOSS_RANKING);
    String lambda = in.read(LOSS_LAMBDA);
    return new LossConfig(
        ranking,
        lambda.equalsIgnoreCase(LOSS_LAMBDA.defaultValue())
            ? ranking.defaultLambda()
            : Double.parseDouble(lambda),
        Margin.parse(in.read(LOSS_MARGIN)),
        in.read(LOSS_SQUARED_DISTANCE),
        in.read(LOSS_REDUCER),
        in.read(LOSS_TEMPERATURE),
        in.read(LOSS_LOGIT_ADJUSTMENT),
        in.read(LOSS_LABEL_SMOOTHING),
        new MixupConfig(in.read(LOSS_MIXUP), in.read(LOSS_MIXUP_SHARE)),
        in.read(LOSS_CENTER_RATE));
  }

  private static OptimizerConfig optimizer(SettingReader in) {
    return new OptimizerConfig(
        in.read(OPTIMIZER_RULE),
        in.read(OPTIMIZER_LEARNING_RATE),
        in.read(OPTIMIZER_HEADS_FACTOR),
        new Schedule(
            in.read(OPTIMIZER_SCHEDULE),
            in.read(OPTIMIZER_TOTAL_STEPS),
            in.read(OPTIMIZER_POWER),
            in.read(OPTIMIZER_WARM_UP_STEPS)),
        in.read(OPTIMIZER_MOMENTUM),
        in.read(OPTIMIZER_NESTEROV),
        in.read(OPTIMIZER_BETA2),
        in.read(OPTIMIZER_WEIGHT_DECAY),
        in.read(OPTIMIZER_CLIP_NORM),
        in.read(OPTIMIZER_ACCUMULATE),
        in.read(OPTIMIZER_FROZEN));
  }

  private static GuardConfig guard(SettingReader in) {
    return new GuardConfig(
        in.read(GUARD_MAX_NORM_FACTOR),
        in.read(GUARD_MIN_SPREAD),
        in.read(GUARD_PATIENCE),
        in.read(GUARD_KEEP_EVERY),
        in.read(GUARD_MAX_ROLLBACKS));
  }
}
