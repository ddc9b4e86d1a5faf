package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.SettingDraft.choice;
import static io.rankstream.pipeline.config.SettingDraft.duration;
import static io.rankstream.pipeline.config.SettingDraft.integer;
import static io.rankstream.pipeline.config.SettingDraft.text;

import io.rankstream.model.Devices;
import java.time.Duration;

/** The settings of the embedders. */
abstract class EmbedOptions extends EpochOptions {

  public static final Setting<Integer> EMBED_PARALLELISM =
      integer("embed.parallelism", 0)
          .between(0, 32_768)
          .means(
              "Subtasks that embed images, each with a copy of the models. 0: as many as the job has. They share the images of a stream, so that one stream may need more than its trainer gives.");
  public static final Setting<String> EMBED_DEVICE =
      text("embed.device", "")
          .matching(
              name -> name.isEmpty() || Devices.isName(name),
              Devices.ACCEPTED_NAMES + ", or empty for model.device")
          .means("Device that embeds. Empty: the one of model.device.");
  public static final Setting<Integer> EMBED_BATCH_SIZE =
      integer("embed.batch-size", 32)
          .atLeast(1)
          .means("Images of a stream that are embedded together.");
  public static final Setting<Duration> EMBED_MAX_WAIT =
      duration("embed.max-wait", Duration.ofMillis(100))
          .atLeast(Duration.ofMillis(1))
          .means("Longest time that an image waits for a full batch before it is embedded.");
  public static final Setting<Integer> EMBED_EVERY_STEPS =
      integer("embed.every-steps", 50)
          .atLeast(1)
          .means(
              "Training steps from one version that the embedders are given to the next. They adopt the newest at a checkpoint.");
  public static final Setting<Integer> EMBED_ADOPT_EVERY =
      integer("embed.adopt-every", 1)
          .atLeast(1)
          .means(
              "The embedders adopt a version at each checkpoint whose number this divides. While such a checkpoint is written they emit nothing, so that what a checkpoint commits for a stream has one version.");
  public static final Setting<String> EMBED_DIRECTORY =
      text("embed.directory", "")
          .any("a path or URI, or empty")
          .means(
              "Directory for the weights that the trainers hand to the embedders, on a file system that all TaskManagers see. Empty: rankstream-weights in execution.checkpointing.dir, or a temporary directory where there is none.");
  public static final Setting<LagPolicy> EMBED_LAG_POLICY =
      choice("embed.lag-policy", LagPolicy.WAIT)
          .means(
              "Handling of images older than embed.max-lag when they arrive. wait embeds them, and the input waits in Kafka; shed sends them to the dead letters with the reason LAG_SHED instead of embedding them. Training takes the labelled ones all the same.");
  public static final Setting<Duration> EMBED_MAX_LAG =
      duration("embed.max-lag", Duration.ofMinutes(1))
          .atLeast(Duration.ZERO)
          .means(
              "Age of an image, from its timestamp in Kafka, from which embed.lag-policy applies.");
  public static final Setting<Follow> EMBEDDINGS_FOLLOW =
      choice("embeddings.follow", Follow.LIVE)
          .means(
              "live: the embedders adopt new versions of the model at checkpoints, so an index has embeddings of many versions. epochs: they stay on one version until an epoch opens; then every image of the input topic is embedded again under the new version, and a mark in output.model-versions-topic says when that is done.");
  public static final Setting<Integer> EMBEDDINGS_REFRESH =
      integer("embeddings.refresh", 32)
          .between(0, 100_000)
          .means(
              "Images of the window that are embedded again with each training batch of their stream, so that their embeddings follow the training. They take turns over all images that the window keeps. 0: each image is embedded once, when it arrives. With embeddings.follow = epochs it is 0.");

  EmbedOptions() {}
}
