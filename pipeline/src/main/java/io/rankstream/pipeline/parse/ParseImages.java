package io.rankstream.pipeline.parse;

import io.rankstream.model.image.DecodeLimits;
import io.rankstream.model.image.ImageHeader;
import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.metrics.DeadLetterCounters;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LabeledImage;
import java.util.zip.CRC32C;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Accepts an input record when its envelope, its names and the header of its image are valid, and
 * sends it to the dead letters otherwise. It does not decode pixels.
 */
public final class ParseImages extends ProcessFunction<RawRecord, AcceptedImage> {

  private static final long serialVersionUID = 1L;

  private final OutputTag<DeadLetter> deadLetters;
  private final JobConfig.Input input;
  private final DecodeLimits limits;
  private final JobConfig.Registry registry;

  private transient ImageEnvelope envelope;
  private transient Counter accepted;
  private transient Counter rejected;
  private transient DeadLetterCounters deadLetterCounters;

  /**
   * @param input accepted streams, names and record sizes
   * @param limits limits of the image headers
   * @param registry source of the schemas of records in the Confluent format
   * @param deadLetters side output of the rejected records
   */
  public ParseImages(
      JobConfig.Input input,
      DecodeLimits limits,
      JobConfig.Registry registry,
      OutputTag<DeadLetter> deadLetters) {
    this.input = input;
    this.limits = limits;
    this.registry = registry;
    this.deadLetters = deadLetters;
  }

  @Override
  public void open(OpenContext context) {
    envelope = new ImageEnvelope(registry);
    accepted = getRuntimeContext().getMetricGroup().counter("numImagesAccepted");
    rejected = getRuntimeContext().getMetricGroup().counter("numImagesRejected");
    deadLetterCounters = new DeadLetterCounters(getRuntimeContext().getMetricGroup());
  }

  @Override
  public void processElement(RawRecord record, Context context, Collector<AcceptedImage> out) {
    try {
      out.collect(accept(record));
      accepted.inc();
    } catch (RejectedException e) {
      context.output(
          deadLetters, deadLetterCounters.count(e.reason().letter(record, e.getMessage())));
      rejected.inc();
    }
  }

  private AcceptedImage accept(RawRecord record) throws RejectedException {
    if (record.value() == null) {
      throw new RejectedException(RejectionReason.VALUE_MISSING, "The record has no value");
    }
    if (record.value().length > input.maxRecordBytes()) {
      throw new RejectedException(
          RejectionReason.VALUE_TOO_LARGE,
          "The record has %d bytes (at most %d)"
              .formatted(record.value().length, input.maxRecordBytes()));
    }

    LabeledImage image = envelope.open(record.value());
    requireName(RejectionReason.IMAGE_ID_INVALID, image.getImageId(), input.maxIdLength());
    if (!input.streams().contains(image.getStream())) {
      throw new RejectedException(
          RejectionReason.STREAM_UNKNOWN,
          "The stream is not one of input.streams = " + String.join(";", input.streams()));
    }
    if (image.getLabel() != null) {
      requireName(RejectionReason.LABEL_INVALID, image.getLabel(), input.maxLabelLength());
    }
    byte[] encoded = ImageEnvelope.encodedImage(image);
    checkHeader(encoded);
    return new AcceptedImage(
        image.getImageId(),
        image.getStream(),
        image.getLabel(),
        image.getEventTime().toEpochMilli(),
        digest(encoded),
        record);
  }

  private static int digest(byte[] encoded) {
    CRC32C digest = new CRC32C();
    digest.update(encoded);
    return (int) digest.getValue();
  }

  private void checkHeader(byte[] encoded) throws RejectedException {
    try {
      ImageHeader.read(encoded, limits);
    } catch (ImageRejectedException e) {
      throw new RejectedException(RejectionReason.of(e.reason()), e.getMessage());
    }
  }

  private static void requireName(RejectionReason reason, String name, int maxLength)
      throws RejectedException {
    if (name.isBlank() || name.length() > maxLength) {
      throw new RejectedException(
          reason,
          "Invalid length: %d (must be 1 to %d, and the text not blank)"
              .formatted(name.length(), maxLength));
    }
    if (name.codePoints().anyMatch(ParseImages::isUnprintable)) {
      throw new RejectedException(reason, "It contains control characters or broken Unicode");
    }
  }

  private static boolean isUnprintable(int codePoint) {
    return Character.isISOControl(codePoint)
        || codePoint == 0xFFFD
        || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE);
  }
}
