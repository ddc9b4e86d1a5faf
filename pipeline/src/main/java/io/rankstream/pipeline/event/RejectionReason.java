package io.rankstream.pipeline.event;

import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LetterHeader;
import java.nio.ByteBuffer;
import java.time.Instant;

/** Why an input record was rejected. The names are part of the contract of the dead letters. */
public enum RejectionReason {
  KEY_INVALID(
      "The record has no value, so it deletes an image, but its key is not stream, line feed, image id.",
      "Delete with `./rankstream forget`, or give the record the key that the image had."),
  VALUE_TOO_LARGE(
      "The record is larger than `input.max-record-bytes`; it was not read.",
      "Scale the image down before it is sent, or raise the limit."),
  ENVELOPE_INVALID(
      "The value is not a LabeledImage in Avro single-object encoding or in Confluent's format, or it is truncated.",
      "Write records with the schema `LabeledImage.avsc`, with `LabeledImage.toByteBuffer()` or a serializer of Confluent's."),
  SCHEMA_UNKNOWN(
      "The schema of the value is unknown, or it is not a LabeledImage.",
      "Write with a released `LabeledImage.avsc`; for Confluent's format set `registry.url` to the registry of the producer."),
  IMAGE_ID_INVALID(
      "The image id is blank, longer than `input.max-id-length`, or has control characters (also those for the direction of text) or broken Unicode.",
      "Give each image an id that is stable and printable, such as its path."),
  STREAM_UNKNOWN(
      "The stream is not one of `input.streams`.",
      "Correct `stream` in the record, or add the stream to the setting and restart the job from its last checkpoint."),
  LABEL_INVALID(
      "The label is blank, longer than `input.max-label-length`, or has control characters (also those for the direction of text) or broken Unicode.",
      "Send the name of the class, or null for an image without a label."),
  IMAGE_EMPTY("The image has no bytes.", "Find out why the producer sent an empty file."),
  IMAGE_TOO_MANY_BYTES(
      "The encoded image is larger than `image.max-bytes`.",
      "Scale the image down or compress it more, or raise the limit."),
  IMAGE_UNSUPPORTED_FORMAT(
      "The image is none of JPEG, PNG, GIF, BMP, WebP and TIFF, or a variant that is not read, such as a CMYK JPEG.",
      "Convert it before it is sent: CMYK to RGB, HEIC or AVIF to JPEG or PNG."),
  IMAGE_TOO_LARGE(
      "The header claims more pixels than `image.max-width`, `image.max-height` or `image.max-pixels` allow, or a JPEG has too many scans.",
      "Scale the image down: the model sees `model.height` x `model.width` pixels of it anyway. Or raise the limit, and the memory with it."),
  IMAGE_CORRUPT(
      "The header or the pixels are damaged, or the file is truncated.",
      "Send the image again from its source; look for interrupted transfers."),
  LAG_SHED(
      "The image was older than `embed.max-lag` under `embed.lag-policy` = shed, so it was not embedded.",
      "Nothing is wrong with it. Send it again when the job has caught up, or give the job [more room](operations.md#more-input-than-the-job-can-take)."),
  TOO_MANY_CLASSES(
      "The label is new, and the model already knows `model.max-classes` classes. The image is embedded, but not trained on.",
      "Look for values that are not labels, such as file names. If the classes are real, restart the job from its last checkpoint with a larger `model.max-classes`."),
  EMBEDDING_NOT_FINITE(
      "The version of the model that embeds gives this image an embedding with infinite or undefined values.",
      "Start a model for the stream from other weights (`model.weights`), then send the image again.");

  private final String meaning;
  private final String remedy;

  RejectionReason(String meaning, String remedy) {
    this.meaning = meaning;
    this.remedy = remedy;
  }

  /** The problem, in a sentence of Markdown. */
  public String meaning() {
    return meaning;
  }

  /** Advice for the producer or the operator of the job, in Markdown. */
  public String remedy() {
    return remedy;
  }

  /**
   * Whether the dead letters hold the record. Those of the window and of the trainer do not:
   * nothing is wrong with their images, and only pixels are left of them there.
   */
  public boolean holdsRecord() {
    return this != LAG_SHED && this != TOO_MANY_CLASSES && this != EMBEDDING_NOT_FINITE;
  }

  /**
   * Whether the same record can be accepted later: after a time, with other settings, or with a
   * schema that is known by then. Otherwise the record itself is bad, and only another one helps.
   */
  public boolean canHeal() {
    return switch (this) {
      case KEY_INVALID, ENVELOPE_INVALID, IMAGE_EMPTY, IMAGE_UNSUPPORTED_FORMAT, IMAGE_CORRUPT ->
          false;
      default -> true;
    };
  }

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

  /** The dead letter for an image of a class beyond the capacity of the model. */
  public static DeadLetter tooManyClasses(Origin origin, int maxClasses) {
    return TOO_MANY_CLASSES.letter(
        origin,
        "The label is new, and the model already knows model.max-classes = %d classes"
            .formatted(maxClasses));
  }

  /**
   * The dead letter that returns a record with this reason.
   *
   * @param record the record, returned unchanged
   * @param detail description of the problem for people
   */
  public DeadLetter letter(RawRecord record, String detail) {
    return addressed(record.origin(), detail)
        .setKey(record.key() == null ? null : ByteBuffer.wrap(record.key()))
        .setValue(record.value() == null ? null : ByteBuffer.wrap(record.value()))
        .setHeaders(record.headers().stream().map(RejectionReason::returned).toList())
        .build();
  }

  /**
   * The dead letter for a good image that the job has no room for. The record is no longer at hand:
   * the letter tells where it stands.
   *
   * @param origin where the record with the image stands
   * @param detail description of the problem for people
   */
  public DeadLetter letter(Origin origin, String detail) {
    return addressed(origin, detail + "; the record stays in the source topic")
        .setComplete(false)
        .build();
  }

  /**
   * The letter for an element of a program's own source, which stays with the program.
   *
   * @param origin where the element comes from
   * @param key stream, line feed, image id
   * @param detail description of the problem for people
   */
  public DeadLetter letter(Origin origin, byte[] key, String detail) {
    return addressed(origin, detail).setKey(ByteBuffer.wrap(key)).setComplete(false).build();
  }

  private static LetterHeader returned(Header header) {
    return new LetterHeader(
        header.key(), header.value() == null ? null : ByteBuffer.wrap(header.value()));
  }

  private DeadLetter.Builder addressed(Origin origin, String detail) {
    return DeadLetter.newBuilder()
        .setReason(name())
        .setDetail(detail)
        .setSourceTopic(origin.topic())
        .setSourcePartition(origin.partition())
        .setSourceOffset(origin.offset())
        .setSourceTimestamp(Instant.ofEpochMilli(origin.timestamp()));
  }
}
