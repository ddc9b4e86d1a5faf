package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.EmbedOptions.EMBEDDINGS_FOLLOW;
import static io.rankstream.pipeline.config.EmbedOptions.EMBEDDINGS_REFRESH;
import static io.rankstream.pipeline.config.EmbedOptions.EMBED_ADOPT_EVERY;
import static io.rankstream.pipeline.config.EmbedOptions.EMBED_BATCH_SIZE;
import static io.rankstream.pipeline.config.EmbedOptions.EMBED_DEVICE;
import static io.rankstream.pipeline.config.EmbedOptions.EMBED_DIRECTORY;
import static io.rankstream.pipeline.config.EmbedOptions.EMBED_EVERY_STEPS;
import static io.rankstream.pipeline.config.EmbedOptions.EMBED_LAG_POLICY;
import static io.rankstream.pipeline.config.EmbedOptions.EMBED_MAX_LAG;
import static io.rankstream.pipeline.config.EmbedOptions.EMBED_MAX_WAIT;
import static io.rankstream.pipeline.config.EmbedOptions.EMBED_PARALLELISM;
import static io.rankstream.pipeline.config.ModelOptions.MODEL_DEVICE;

import java.io.Serializable;
import java.time.Duration;

/**
 * The embedders.
 *
 * @param parallelism subtasks; 0 for as many as the job has
 * @param device name of their device
 * @param batchSize images of a stream that are embedded together
 * @param maxWait longest time that an image waits for a full batch
 * @param everySteps training steps between two versions that they are given
 * @param adoptEvery they adopt at each checkpoint whose number this divides
 * @param directory directory of the weights; empty for one beside the checkpoints
 * @param lagPolicy handling of images above {@code maxLag}
 * @param maxLag age from which the lag policy applies
 * @param refresh kept images that are embedded again with each training batch
 */
public record EmbedConfig(
    int parallelism,
    String device,
    int batchSize,
    Duration maxWait,
    int everySteps,
    int adoptEvery,
    String directory,
    LagPolicy lagPolicy,
    Duration maxLag,
    int refresh)
    implements Serializable {

  /** Batches of images that an embedder takes in while the decision on a checkpoint is out. */
  public static final int HELD_BATCHES = 8;

  static EmbedConfig read(SettingReader in) {
    String device = in.read(EMBED_DEVICE);
    return new EmbedConfig(
        in.read(EMBED_PARALLELISM),
        device.isEmpty() ? in.read(MODEL_DEVICE) : device,
        in.read(EMBED_BATCH_SIZE),
        in.read(EMBED_MAX_WAIT),
        in.read(EMBED_EVERY_STEPS),
        in.read(EMBED_ADOPT_EVERY),
        in.read(EMBED_DIRECTORY),
        in.read(EMBED_LAG_POLICY),
        in.read(EMBED_MAX_LAG),
        refresh(in));
  }

  /** In epochs nothing is embedded again one by one, unless somebody asks for it, in error. */
  private static int refresh(SettingReader in) {
    return in.read(EMBEDDINGS_FOLLOW) == Follow.EPOCHS && !in.isGiven(EMBEDDINGS_REFRESH)
        ? 0
        : in.read(EMBEDDINGS_REFRESH);
  }
}
