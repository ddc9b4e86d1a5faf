package io.rankstream.pipeline.receive;

import io.rankstream.model.image.DecodeLimits;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.NativeDecoderMissingException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.wire.RedrivenCount;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/** Checks the names of an image, and brings its pixels to the size of the model's input. */
final class ImageCheck {

  private final JobConfig.Input names;
  private final InputSpec input;
  private final NameRule ids;
  private final NameRule labels;
  private final ImageDecoder decoder;
  private final Function<String, StreamKey> keys;
  private final LongConsumer decoded;

  /**
   * @param config streams and names, limits of the images, and the model's input
   * @param keys keys of the streams; null for a stream that the job does not have
   * @param decoded called after an image was decoded, or found to be damaged, with {@link
   *     System#nanoTime()} before
   * @throws SuppressRestartsException when this machine cannot decode images
   */
  ImageCheck(JobConfig config, Function<String, StreamKey> keys, LongConsumer decoded) {
    this.names = config.input();
    this.input = config.model().input();
    this.ids = new NameRule(RejectionReason.IMAGE_ID_INVALID, names.maxIdLength());
    this.labels = new NameRule(RejectionReason.LABEL_INVALID, names.maxLabelLength());
    this.decoder = decoder(input, config.imageLimits());
    this.keys = keys;
    this.decoded = decoded;
  }

  /**
   * The image of an encoded file.
   *
   * @param redriven how often it came back from the dead letters
   * @throws RejectedException when a name or the file cannot be used
   */
  AcceptedImage encoded(ImageFacts facts, byte[] encoded, int redriven) throws RejectedException {
    StreamKey key = requireNames(facts);
    return accepted(facts, key, digest(encoded, redriven), decode(encoded));
  }

  /**
   * The image of pixels that have the size of the model's input already.
   *
   * @param pixels uint8, {@code [C, H, W]}; not copied, so nobody may change them
   * @throws RejectedException when a name cannot be used, or the pixels have another size
   */
  AcceptedImage pixels(ImageFacts facts, byte[] pixels) throws RejectedException {
    StreamKey key = requireNames(facts);
    if (pixels.length == 0) {
      throw new RejectedException(RejectionReason.IMAGE_EMPTY, "The image has no pixels");
    }
    if (pixels.length != input.pixelsPerImage()) {
      throw new RejectedException(
          RejectionReason.IMAGE_UNSUPPORTED_FORMAT,
          "The image has %d pixel bytes, and the input of the model %d (%d x %d x %d: channels x height x width)"
              .formatted(
                  pixels.length,
                  input.pixelsPerImage(),
                  input.channels(),
                  input.height(),
                  input.width()));
    }

    return accepted(facts, key, digest(pixels, 0), pixels);
  }

  /**
   * The key of a stream.
   *
   * @throws RejectedException when the job does not have the stream
   */
  StreamKey keyOf(String stream) throws RejectedException {
    StreamKey key = keys.apply(stream);
    if (key == null) {
      throw new RejectedException(
          RejectionReason.STREAM_UNKNOWN,
          "The stream is not one of input.streams = " + String.join(";", names.streams()));
    }

    return key;
  }

  private StreamKey requireNames(ImageFacts facts) throws RejectedException {
    ids.require(facts.imageId());
    StreamKey key = keyOf(facts.stream());
    if (facts.label() != null) {
      labels.require(facts.label());
    }
    return key;
  }

  private static AcceptedImage accepted(
      ImageFacts facts, StreamKey key, int digest, byte[] pixels) {
    return new AcceptedImage(
        facts.imageId(), key, facts.label(), facts.eventTime(), digest, pixels, facts.origin());
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
  private static int digest(byte[] content, int redriven) {
    CRC32C digest = new CRC32C();
    digest.update(content);
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
