package io.rankstream.pipeline.event;

import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.schemas.DeadLetter;
import java.nio.ByteBuffer;
import java.time.Instant;

/** Why a record of the input topic was not used. The names are part of the dead-letter contract. */
public enum RejectionReason {
  /** The record has no value. */
  VALUE_MISSING,
  /** The record is larger than {@code input.max-record-bytes}. */
  VALUE_TOO_LARGE,
  /** The value is not a LabeledImage in Avro single-object encoding or the Confluent format. */
  ENVELOPE_INVALID,
  /** The value was written with a schema that is not known, or is none of a LabeledImage. */
  SCHEMA_UNKNOWN,
  /** The image id is blank, too long or has control characters. */
  IMAGE_ID_INVALID,
  /** The stream is not one of {@code input.streams}. */
  STREAM_UNKNOWN,
  /** The label is blank, too long or has control characters. */
  LABEL_INVALID,
  /** The image has no bytes. */
  IMAGE_EMPTY,
  /** The encoded image is larger than {@code image.max-bytes}. */
  IMAGE_TOO_MANY_BYTES,
  /** The image is neither JPEG nor PNG. */
  IMAGE_UNSUPPORTED_FORMAT,
  /** The header claims more pixels than the limits allow. */
  IMAGE_TOO_LARGE,
  /** The image is damaged. */
  IMAGE_CORRUPT,
  /** The image came too late for {@code window.lag-policy} = shed, and training did not need it. */
  LAG_SHED,
  /** The label is new, and the model already knows {@code model.max-classes} classes. */
  TOO_MANY_CLASSES;

  /** The reason code for an image that the decoder refused. */
  public static RejectionReason of(ImageRejectedException.Reason reason) {
    return switch (reason) {
      case EMPTY -> IMAGE_EMPTY;
      case TOO_MANY_BYTES -> IMAGE_TOO_MANY_BYTES;
      case UNSUPPORTED_FORMAT -> IMAGE_UNSUPPORTED_FORMAT;
      case TOO_LARGE -> IMAGE_TOO_LARGE;
      case CORRUPT -> IMAGE_CORRUPT;
    };
  }

  /** The dead letter for an image of a class that the model has no room for. */
  public static DeadLetter tooManyClasses(RawRecord origin, int maxClasses) {
    return TOO_MANY_CLASSES.letter(
        origin,
        "The label is new, and the model already knows model.max-classes = %d classes"
            .formatted(maxClasses));
  }

  /**
   * The dead letter that returns a record with this reason.
   *
   * @param origin the record, returned unchanged
   * @param detail what was wrong, for people
   */
  public DeadLetter letter(RawRecord origin, String detail) {
    return DeadLetter.newBuilder()
        .setReason(name())
        .setDetail(detail)
        .setSourceTopic(origin.topic())
        .setSourcePartition(origin.partition())
        .setSourceOffset(origin.offset())
        .setSourceTimestamp(Instant.ofEpochMilli(origin.timestamp()))
        .setKey(origin.key() == null ? null : ByteBuffer.wrap(origin.key()))
        .setValue(origin.value() == null ? null : ByteBuffer.wrap(origin.value()))
        .build();
  }
}
