package io.rankstream.pipeline.tools.evaluate;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.tools.dataset.DatasetView;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.tail.TopicTail;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.schemas.LabeledImage;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The images that an input topic holds with a label: a model may have been trained on them, so they
 * cannot tell how good it is. Images are told apart by id, and of all streams. What retention or
 * compaction has removed is not known.
 */
public final class FedImages {

  private final String topic;
  private final Set<String> ids = new HashSet<>();
  private final ImageEnvelope envelope;

  private FedImages(String topic, JobConfig.Registry registry) {
    this.topic = topic;
    envelope = new ImageEnvelope(registry);
  }

  /**
   * Reads an input topic to its end.
   *
   * @param clients Kafka client settings
   * @param registry source of the schemas of records in the Confluent format
   */
  public static FedImages read(Properties clients, String topic, JobConfig.Registry registry) {
    FedImages fed = new FedImages(topic, registry);
    new TopicTail(clients).read(topic, true, () -> false, fed::take);
    return fed;
  }

  /** Always goes on. */
  private boolean take(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() != null) {
      try {
        LabeledImage image = envelope.open(record.value());
        if (image.getLabel() != null) {
          ids.add(image.getImageId());
        }
      } catch (RejectedException e) {
        return true; // the job does not train on it either
      }
    }
    return true;
  }

  /**
   * The images of a set that are not among these.
   *
   * @param log called with a line when others are left out
   * @throws IOException when none is left
   */
  public ImageDataset without(ImageDataset dataset, Consumer<String> log) throws IOException {
    List<Integer> unseen =
        IntStream.range(0, dataset.size())
            .filter(i -> !ids.contains(dataset.id(i)))
            .boxed()
            .toList();
    int fed = dataset.size() - unseen.size();
    if (unseen.isEmpty()) {
      throw new IOException(
          "All %,d images of %s are in %s with a label, so the model may have been trained on them: give images that were not fed"
              .formatted(fed, dataset.name(), topic));
    }
    if (fed == 0) {
      return dataset;
    }

    log.accept(
        "%,d of %,d images are in %s with a label, and are left out: the model may have been trained on them"
            .formatted(fed, dataset.size(), topic));
    return DatasetView.of(dataset, unseen);
  }
}
