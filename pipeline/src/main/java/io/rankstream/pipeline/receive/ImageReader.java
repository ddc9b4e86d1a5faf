package io.rankstream.pipeline.receive;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.pipeline.wire.RedrivenCount;
import io.rankstream.schemas.LabeledImage;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * Makes an image, or a deletion, of an input record, and finds everything that can be wrong with
 * it: envelope, names, header and pixels.
 */
final class ImageReader {

  private final int maxRecordBytes;
  private final ImageEnvelope envelope;
  private final ImageCheck check;

  /**
   * @param config names and sizes, limits of the images, and the model's input
   * @param keys keys of the streams; null for a stream that the job does not have
   * @param decoded called after an image was decoded, or found to be damaged, with {@link
   *     System#nanoTime()} before
   * @throws org.apache.flink.runtime.execution.SuppressRestartsException when this machine cannot
   *     decode images
   */
  ImageReader(
      JobConfig config,
      ImageEnvelope envelope,
      Function<String, StreamKey> keys,
      LongConsumer decoded) {
    this.maxRecordBytes = config.input().maxRecordBytes();
    this.envelope = envelope;
    this.check = new ImageCheck(config, keys, decoded);
  }

  /**
   * Reads a record.
   *
   * @param wanted streams whose images are wanted; those of others are not decoded
   * @return the image or the deletion; empty when its stream is not wanted
   * @throws RejectedException when the record cannot be used
   */
  Optional<ImageInput> read(RawRecord record, Predicate<String> wanted) throws RejectedException {
    return record.value() == null ? deletion(record, wanted) : image(record, wanted);
  }

  /** The id may be longer than is accepted now: an earlier job may have accepted it. */
  private Optional<ImageInput> deletion(RawRecord record, Predicate<String> wanted)
      throws RejectedException {
    RecordKey key =
        RecordKey.parse(record.key())
            .orElseThrow(
                () ->
                    new RejectedException(
                        RejectionReason.KEY_INVALID,
                        "The record has no value, and its key is not stream, line feed, image id in UTF-8"));
    return wanted.test(key.stream())
        ? Optional.of(ImageInput.forget(check.keyOf(key.stream()), key.imageId(), record.origin()))
        : Optional.empty();
  }

  private Optional<ImageInput> image(RawRecord record, Predicate<String> wanted)
      throws RejectedException {
    if (record.value().length > maxRecordBytes) {
      throw new RejectedException(
          RejectionReason.VALUE_TOO_LARGE,
          "The record has %d bytes (at most %d)".formatted(record.value().length, maxRecordBytes));
    }

    LabeledImage image = envelope.open(record.value());
    if (!wanted.test(image.getStream())) {
      return Optional.empty();
    }

    ImageFacts facts =
        new ImageFacts(
            image.getImageId(),
            image.getStream(),
            image.getLabel(),
            image.getEventTime().toEpochMilli(),
            record.origin());
    return Optional.of(
        ImageInput.take(
            check.encoded(
                facts,
                ImageEnvelope.encodedImage(image),
                RedrivenCount.ofHeaders(record.headers()))));
  }
}
