package io.rankstream.pipeline.config;

import io.rankstream.model.ModelConfig;
import io.rankstream.model.image.Augmentation;
import io.rankstream.model.image.DecodeLimits;
import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.configuration.Configuration;

/**
 * The whole configuration of a job, checked once at the start.
 *
 * @param device where the model runs: auto, cpu, gpu or gpu:N
 * @param weights safetensors file that a new model starts from, or empty
 * @param kafka settings of all Kafka clients, such as bootstrap.servers and security settings
 */
public record JobConfig(
    Input input,
    Output output,
    Batch batch,
    Window window,
    Decode decode,
    Augmentation augmentation,
    ModelConfig model,
    String device,
    String weights,
    Trainer trainer,
    Versions versions,
    Registry registry,
    Map<String, String> kafka)
    implements Serializable {

  /**
   * Where images come from.
   *
   * @param maxIdLength characters of an image id
   * @param maxLabelLength characters of a label
   */
  public record Input(
      String topic,
      String groupId,
      Set<String> streams,
      boolean bounded,
      int maxRecordBytes,
      int maxIdLength,
      int maxLabelLength)
      implements Serializable {}

  /**
   * Where results go.
   *
   * @param maxDeadLetterBytes size up to which a dead letter holds the record that it returns
   */
  public record Output(
      String embeddingsTopic,
      String metricsTopic,
      String deadLettersTopic,
      String modelVersionsTopic,
      Delivery delivery,
      int maxDeadLetterBytes,
      WireFormat wireFormat,
      String transactionalIdPrefix,
      Duration transactionTimeout)
      implements Serializable {}

  /**
   * The training batch.
   *
   * @param sampler how it is put together
   * @param classes P
   * @param imagesPerClass K
   * @param trainEvery new labelled images that make a batch due
   * @param freshClasses classes chosen first among those with new images
   * @param maxWait longest time that a window stays open
   * @param embeddingSize images embedded together without training
   */
  public record Batch(
      Sampler sampler,
      int classes,
      int imagesPerClass,
      int trainEvery,
      int freshClasses,
      Duration maxWait,
      int embeddingSize)
      implements Serializable {

    /** Images in a full batch: P·K. */
    public int size() {
      return classes * imagesPerClass;
    }
  }

  /**
   * Which images are repeats.
   *
   * @param within largest distance of the event times; zero knows no repeats
   * @param remembered images that are remembered at most
   */
  public record Repeats(Duration within, int remembered) implements Serializable {}

  /**
   * Bounds of what a window keeps.
   *
   * @param maxLag age from which the lag policy applies
   */
  public record Window(
      int freshPerClass,
      int reservoirPerClass,
      Reservoir reservoir,
      long maxBytes,
      LagPolicy lagPolicy,
      Duration maxLag,
      Repeats repeats,
      int maxClasses,
      long seed)
      implements Serializable {}

  /** How images become pixels. */
  public record Decode(DecodeLimits limits, int threads, int batchesInFlight)
      implements Serializable {}

  /**
   * The training operator.
   *
   * @param batchesInFlight decoded batches that wait beside the training thread
   * @param embeddingsFrom where the embeddings of a training batch come from
   * @param predictionsFrom where the predictions come from that the prequential accuracies count
   * @param fadingFactor weight of the past in the prequential accuracies, 0 to 1
   * @param prequentialWindow images in the sliding window of the prequential accuracies
   */
  public record Trainer(
      int batchesInFlight,
      EmbeddingsFrom embeddingsFrom,
      PredictionsFrom predictionsFrom,
      double fadingFactor,
      int prequentialWindow)
      implements Serializable {}

  /**
   * When models are published.
   *
   * @param directory where to; empty publishes none
   * @param everySteps steps between two versions; 0 does not count
   * @param every time between two versions; zero does not look at the clock
   */
  public record Versions(String directory, long everySteps, Duration every)
      implements Serializable {

    /** Whether models are published at all. */
    public boolean isOn() {
      return !directory.isEmpty();
    }
  }

  /**
   * The schema registry.
   *
   * @param url where it is; empty uses none
   * @param basicAuthFile file with user:password, or empty; the secret itself is no part of a job
   */
  public record Registry(String url, String basicAuthFile) implements Serializable {

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

  /** Everything but the values of the Kafka settings: passwords are among them. */
  @Override
  public String toString() {
    return "JobConfig[%s, %s, %s, %s, %s, %s, %s, device=%s, weights=%s, %s, %s, kafka=%s]"
        .formatted(
            input,
            output,
            batch,
            window,
            decode,
            augmentation,
            model,
            device,
            weights,
            trainer,
            versions,
            kafka.keySet());
  }

  /** The Kafka client settings as properties. */
  public Properties kafkaProperties() {
    Properties properties = new Properties();
    properties.putAll(kafka);
    return properties;
  }
}
