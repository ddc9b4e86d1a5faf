package io.rankstream.pipeline.receive;

import io.rankstream.model.image.DecodeLimits;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.NativeDecoderMissingException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
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
import java.util.zip.CRC32C;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/**
 * Makes an image, or a deletion, of an input record, and finds everything that can be wrong with
 * it: envelope, names, header and pixels.
 */
final class ImageReader {

  private final JobConfig.Input input;
  private final NameRule ids;
  private final NameRule labels;
  private final ImageEnvelope envelope;
  private final ImageDecoder decoder;
  private final Function<String, StreamKey> keys;
  private final LongConsumer decoded;

  /**
   * @param config names and sizes, limits of the images, and the model's input
   * @param keys keys of the streams; null for a stream that the job does not have
   * @param decoded called after an image was decoded, or found to be damaged, with {@link
   *     System#nanoTime()} before
   * @throws SuppressRestartsException when this machine cannot decode images
   */
  ImageReader(
      JobConfig config,
      ImageEnvelope envelope,
      Function<String, StreamKey> keys,
      LongConsumer decoded) {
    this.input = config.input();
    this.ids = new NameRule(RejectionReason.IMAGE_ID_INVALID, input.maxIdLength());
    this.labels = new NameRule(RejectionReason.LABEL_INVALID, input.maxLabelLength());
    this.envelope = envelope;
    this.decoder = decoder(config.model().input(), config.imageLimits());
    this.keys = keys;
    this.decoded = decoded;
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
        ? Optional.of(ImageInput.forget(keyOf(key.stream()), key.imageId(), record.origin()))
        : Optional.empty();
  }

  private Optional<ImageInput> image(RawRecord record, Predicate<String> wanted)
      throws RejectedException {
    if (record.value().length > input.maxRecordBytes()) {
      throw new RejectedException(
          RejectionReason.VALUE_TOO_LARGE,
          "The record has %d bytes (at most %d)"
              .formatted(record.value().length, input.maxRecordBytes()));
    }

    LabeledImage image = envelope.open(record.value());
    if (!wanted.test(image.getStream())) {
      return Optional.empty();
    }

    ids.require(image.getImageId());
    StreamKey key = keyOf(image.getStream());
    if (image.getLabel() != null) {
      labels.require(image.getLabel());
    }
    byte[] encoded = ImageEnvelope.encodedImage(image);
    return Optional.of(
        ImageInput.take(
            new AcceptedImage(
                image.getImageId(),
                key,
                image.getLabel(),
                image.getEventTime().toEpochMilli(),
                digest(encoded, RedrivenCount.ofHeaders(record.headers())),
                decode(encoded),
                record.origin())));
  }

  private StreamKey keyOf(String stream) throws RejectedException {
    StreamKey key = keys.apply(stream);
    if (key == null) {
      throw new RejectedException(
          RejectionReason.STREAM_UNKNOWN,
          "The stream is not one of input.streams = " + String.join(";", input.streams()));
    }

    return key;
  }

  private byte[] decode(byte[] encoded) throws RejectedException {
    long start = System.nanoTime();
    try {
      return decoder.decode(encoded);
    } catch (ImageRejectedException e) {
      throw new RejectedException(RejectionReason.of(e.reason()), e.getMessage());
    } finally {
      decoded.accept(start);
    }
  }

  /**
   * An image that comes back from the dead letters is no repeat of the first time: the trainer may
   * have refused it after the window had remembered it.
   */
  private static int digest(byte[] encoded, int redriven) {
    CRC32C digest = new CRC32C();
    digest.update(encoded);
    if (redriven > 0) {
      digest.update(RedrivenCount.bytes(redriven));
    }
    return (int) digest.getValue();
  }

  private static ImageDecoder decoder(InputSpec pixels, DecodeLimits limits) {
    try {
      return new ImageDecoder(pixels, limits);
    } catch (NativeDecoderMissingException e) {
      throw new SuppressRestartsException(e); // it would be missing again
    }
  }
}
