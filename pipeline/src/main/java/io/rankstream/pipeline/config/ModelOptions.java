package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.SettingDraft.choice;
import static io.rankstream.pipeline.config.SettingDraft.flag;
import static io.rankstream.pipeline.config.SettingDraft.integer;
import static io.rankstream.pipeline.config.SettingDraft.list;
import static io.rankstream.pipeline.config.SettingDraft.longInteger;
import static io.rankstream.pipeline.config.SettingDraft.number;
import static io.rankstream.pipeline.config.SettingDraft.text;

import io.rankstream.model.Devices;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.loss.Reducer;
import io.rankstream.model.network.Backbone;
import io.rankstream.model.network.BatchNormMode;
import io.rankstream.model.network.Precision;
import io.rankstream.model.optimize.OptimizerConfig;
import io.rankstream.model.optimize.Schedule;
import java.util.List;

/** The settings of the model and of its training; {@link JobOptions} inherits them. */
abstract class ModelOptions {

  private static final String BACKBONES_OWN = "for the backbone's own";

  public static final Setting<Integer> AUGMENTATION_CROP_PADDING =
      integer("augmentation.crop-padding", 0)
          .atLeast(0)
          .means(
              "Pixels of padding around a training image before a random crop of the input size; 0 crops nothing.");
  public static final Setting<Boolean> AUGMENTATION_FLIP =
      flag("augmentation.flip", false)
          .means(
              "Mirror training images left to right at random. Off by default: digits and text lose their meaning.");
  public static final Setting<Double> AUGMENTATION_ZOOM =
      number("augmentation.zoom", 0)
          .atLeast(0.0)
          .below(1.0)
          .means(
              "Largest share of height and width that is cut off a training image before the rest, a random part of it, is enlarged to the input size, such as 0.3; 0 enlarges nothing.");
  public static final Setting<Double> AUGMENTATION_ERASE =
      number("augmentation.erase", 0)
          .between(0.0, 1.0)
          .means(
              "Probability that a random rectangle of a training image, 2 to 40 % of it, is filled with random values; 0 erases nothing.");

  public static final Setting<Recipe> MODEL_RECIPE =
      choice("model.recipe", Recipe.DEFAULT)
          .means(
              "How the model learns where no setting says otherwise. default: for random weights, on a stream that never ends. paper: as the paper's code; the defaults that differ are marked.");
  public static final Setting<Backbone> MODEL_BACKBONE =
      choice("model.backbone", Backbone.SMALL_CNN).means("Network below the two heads.");
  public static final Setting<Integer> MODEL_CHANNELS =
      integer("model.channels", 0)
          .oneOf(List.of(1, 3))
          .or(0, BACKBONES_OWN)
          .means(
              "Channels of the model input: 1 for grey, 3 for colour; 0 takes the backbone's own (3, 1 for small-cnn).");
  public static final Setting<Integer> MODEL_HEIGHT =
      integer("model.height", 0)
          .between(8, 2048)
          .or(0, BACKBONES_OWN)
          .means(
              "Height of the model input in pixels; images are resized to it. 0 takes the backbone's own (224, 299 for inception-v4, 28 for small-cnn).");
  public static final Setting<Integer> MODEL_WIDTH =
      integer("model.width", 0)
          .between(8, 2048)
          .or(0, BACKBONES_OWN)
          .means(
              "Width of the model input in pixels; images are resized to it. 0 takes the backbone's own (224, 299 for inception-v4, 28 for small-cnn).");
  public static final Setting<PixelScale> MODEL_NORMALIZATION =
      choice("model.normalization", PixelScale.AUTO)
          .means(
              "Scaling of pixels to numbers: half-range maps them to -1..1, imagenet uses the means and deviations of ImageNet, auto takes the backbone's own.");
  public static final Setting<String> MODEL_WEIGHTS =
      text("model.weights", "")
          .any("a path or URI, or empty")
          .means(
              "Safetensors file that a new model starts from: a backbone with the names of torchvision or timm, or a model that Rankstream exported. A path must be readable on every TaskManager; a URI is of a file system that Flink knows. Empty: random weights.");
  public static final Setting<Integer> MODEL_EMBEDDING_DIMENSION =
      integer("model.embedding-dimension", 256)
          .between(2, 8192)
          .means("Values in an embedding (256 in the paper).");
  public static final Setting<Integer> MODEL_MAX_CLASSES =
      integer("model.max-classes", 1000)
          .between(2, 1_000_000)
          .means(
              "Capacity of the softmax head, at least batch.classes. Classes are discovered at run time; images of a class beyond the capacity are dead-lettered.");
  public static final Setting<BatchNormMode> MODEL_BATCH_NORM =
      choice("model.batch-norm", BatchNormMode.TRAIN)
          .means("train: BatchNorm statistics follow the batches. frozen: they do not change.");
  public static final Setting<Double> MODEL_AVERAGE_DECAY =
      number("model.average-decay", 0.99)
          .atLeast(0.0)
          .below(1.0)
          .means(
              "Weight of the past in a moving average of the weights. The average embeds, predicts and is published in place of the newest weights; 0 keeps no average.");
  public static final Setting<String> MODEL_DEVICE =
      text("model.device", "auto")
          .matching(Devices::isName, Devices.ACCEPTED_NAMES)
          .means(
              "auto (a GPU when there is one), cpu, gpu or gpu:N. The job does not start when the GPU is missing.");
  public static final Setting<Precision> MODEL_PRECISION =
      choice("model.precision", Precision.FLOAT32)
          .means(
              "Numbers of the backbone in a training step. bfloat16 has the range of float32 with fewer digits; weights, heads and losses stay float32. For CPUs with bfloat16 instructions, and GPUs of compute capability 8.0 or more. auto measures both for some seconds where the job is submitted, and takes bfloat16 where it is at least 1.1 times as fast.");
  public static final Setting<Precision> MODEL_SERVED_PRECISION =
      choice("model.served-precision", Precision.FLOAT32)
          .means(
              "The same for predictions and embeddings that have a pass of their own. Those of in-step come from the training step.");
  public static final Setting<Long> MODEL_SEED =
      longInteger("model.seed", 42)
          .any("positive, negative or 0")
          .means(
              "Seed of the initial weights, the augmentation, the mixing of images and the replay choices.");

  public static final Setting<RankingLoss> LOSS_RANKING =
      choice("loss.ranking", RankingLoss.TRIPLET_SEMI_HARD)
          .means("Ranking loss on the embedding head, beside the softmax cross-entropy.");
  public static final Setting<String> LOSS_LAMBDA =
      text("loss.lambda", "auto")
          .numberOr("auto", Rule.between(0.0, 1000.0))
          .means(
              "Weight of the ranking loss. auto takes the weight in the paper's code: 0.003 for center, 1 for the others.");
  public static final Setting<String> LOSS_MARGIN =
      text("loss.margin", "0.2")
          .numberOr("soft", Rule.atLeast(0.0))
          .means(
              "Margin of the triplet, triplet-center and magnet losses in units of the distance, or soft.");
  public static final Setting<Boolean> LOSS_SQUARED_DISTANCE =
      flag("loss.squared-distance", true)
          .means(
              "Squared Euclidean distance between embeddings as in the paper, or plain Euclidean.");
  public static final Setting<Reducer> LOSS_REDUCER =
      choice("loss.reducer", Reducer.MEAN)
          .means(
              "mean over all mined triplets as in the paper, or mean-active over those with a loss above zero.");
  public static final Setting<Double> LOSS_TEMPERATURE =
      number("loss.temperature", 0.1)
          .between(0.01, 10.0)
          .means(
              "Temperature of the supervised contrastive loss: a lower one looks at the most similar images alone.");
  public static final Setting<Double> LOSS_LOGIT_ADJUSTMENT =
      number("loss.logit-adjustment", 1)
          .between(0.0, 10.0)
          .means(
              "How much of the shares of the classes in the training the softmax head does not learn: 1 makes predictions as if all classes were equally frequent, 0 as in the training.");
  public static final Setting<Double> LOSS_LABEL_SMOOTHING =
      number("loss.label-smoothing", 0)
          .atLeast(0.0)
          .below(1.0)
          .means(
              "Share of the target of the softmax head that all classes get, by their shares in the training, such as 0.1; 0 smooths nothing.");
  public static final Setting<Double> LOSS_MIXUP =
      number("loss.mixup", 0)
          .between(0.05, 4.0)
          .or(0.0, "for no mixing")
          .means(
              "Both parameters of the Beta distribution that mixup draws the weight of an image from, such as 0.2: mixed images are means of two, and train the softmax head alone.");
  public static final Setting<Double> LOSS_MIXUP_SHARE =
      number("loss.mixup-share", 0.5)
          .above(0.0)
          .atMost(1.0)
          .means(
              "Share of the steps that mix their images. The ranking loss has the other steps, so with one it must be below 1.");
  public static final Setting<Double> LOSS_CENTER_RATE =
      number("loss.center-rate", 0.5)
          .between(0.0, 1.0)
          .means(
              "Rate at which the centres of center and triplet-center follow the embeddings; 0 freezes them.");

  public static final Setting<OptimizerConfig.Rule> OPTIMIZER_RULE =
      choice("optimizer.rule", OptimizerConfig.Rule.SGD)
          .means("SGD with momentum, or AdamW, both as in PyTorch.");
  public static final Setting<Double> OPTIMIZER_LEARNING_RATE =
      number("optimizer.learning-rate", 0.03)
          .above(0.0)
          .atMost(10.0)
          .means("Peak learning rate of the backbone.");
  public static final Setting<Double> OPTIMIZER_HEADS_FACTOR =
      number("optimizer.heads-factor", 1)
          .above(0.0)
          .atMost(1e6)
          .means(
              "Learning rate of the two heads divided by that of the backbone, such as 10 for a pretrained backbone.");
  public static final Setting<Schedule.Shape> OPTIMIZER_SCHEDULE =
      choice("optimizer.schedule", Schedule.Shape.CONSTANT)
          .means(
              "constant; or, for streams that end, polynomial or cosine: they fall to zero at optimizer.total-steps.");
  public static final Setting<Long> OPTIMIZER_TOTAL_STEPS =
      longInteger("optimizer.total-steps", 40_000)
          .atLeast(1L)
          .means("Step at which the polynomial and cosine schedules reach zero.");
  public static final Setting<Double> OPTIMIZER_POWER =
      number("optimizer.power", 1)
          .above(0.0)
          .atMost(100.0)
          .means("Exponent of the polynomial schedule; 1 is linear, as in the paper.");
  public static final Setting<Long> OPTIMIZER_WARM_UP_STEPS =
      longInteger("optimizer.warm-up-steps", 100)
          .atLeast(0L)
          .means("Steps in which the learning rate rises linearly to its peak.");
  public static final Setting<Double> OPTIMIZER_MOMENTUM =
      number("optimizer.momentum", 0.9)
          .atLeast(0.0)
          .below(1.0)
          .means("Momentum of SGD, first beta of AdamW.");
  public static final Setting<Boolean> OPTIMIZER_NESTEROV =
      flag("optimizer.nesterov", true).means("Nesterov's momentum for SGD; AdamW ignores it.");
  public static final Setting<Double> OPTIMIZER_BETA2 =
      number("optimizer.beta2", 0.999).above(0.0).below(1.0).means("Second beta of AdamW.");
  public static final Setting<Double> OPTIMIZER_WEIGHT_DECAY =
      number("optimizer.weight-decay", 0.005)
          .atLeast(0.0)
          .below(1.0)
          .means(
              "Weight decay, decoupled with both rules: each update first shrinks kernels and matrices by this times the learning rate. Biases and BatchNorm do not decay.");
  public static final Setting<Double> OPTIMIZER_CLIP_NORM =
      number("optimizer.clip-norm", 0)
          .atLeast(0.0)
          .below(1e30)
          .means(
              "Largest Euclidean norm of a gradient; a longer one is scaled down to it. 0 clips nothing.");
  public static final Setting<Integer> OPTIMIZER_ACCUMULATE =
      integer("optimizer.accumulate", 1)
          .atLeast(1)
          .means("Batches whose mean gradient makes one update of the weights.");
  public static final Setting<List<String>> OPTIMIZER_FROZEN =
      list("optimizer.frozen")
          .any("names separated by ';', or empty")
          .means(
              "Parameters whose names start with one of these do not change, such as conv1;bn1;layer1.");

  public static final Setting<Double> GUARD_MAX_NORM_FACTOR =
      number("guard.max-norm-factor", 100)
          .above(1.0)
          .below(1e30)
          .or(0.0, "for any length")
          .means(
              "A step is skipped when its gradient is longer than this many times the running mean of the norms. Steps with infinite or undefined figures are always skipped.");
  public static final Setting<Double> GUARD_MIN_SPREAD =
      number("guard.min-spread", 1e-4)
          .atLeast(0.0)
          .below(1.0)
          .means(
              "Embeddings of a batch count as collapsed when their mean squared distance to their mean, 0 to 1, is below this and was above before; 0 turns the check off.");
  public static final Setting<Integer> GUARD_PATIENCE =
      integer("guard.patience", 10)
          .atLeast(1)
          .means(
              "Skipped or collapsed steps in a row after which the model is rolled back to its last good weights.");
  public static final Setting<Integer> GUARD_KEEP_EVERY =
      integer("guard.keep-every", 100)
          .atLeast(1)
          .means("Steps from one snapshot of good weights in memory to the next.");
  public static final Setting<Integer> GUARD_MAX_ROLLBACKS =
      integer("guard.max-rollbacks", 3)
          .atLeast(0)
          .means(
              "Rollbacks of a model within 1,000 steps that are allowed; with one more the model has failed.");
  public static final Setting<OnFailure> GUARD_ON_FAILURE =
      choice("guard.on-failure", OnFailure.STOP_STREAM)
          .means(
              "What a failed model stops: its stream, whose images are then embedded with its last good weights while other streams go on, or the job.");
  public static final Setting<List<String>> GUARD_RESUME =
      list("guard.resume")
          .matching(
              names -> names.stream().allMatch(name -> name.matches(".+@\\d+")),
              "stream@step, separated by ';'")
          .means(
              "Streams in quarantine that train again after a restart from a checkpoint, each with the step at which its model failed, as the log names it.");
}
