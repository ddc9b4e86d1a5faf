package io.rankstream.pipeline.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The key of the records of an image, on the input topic and on the embeddings topic: stream, line
 * feed, image id, in UTF-8. Equal ids of two streams are two images, so they have two keys.
 *
 * <p>The first line feed ends the stream, so a key has one meaning whatever the id contains.
 *
 * @param stream stream of the image, without line feed
 * @param imageId id of the image in its stream
 */
public record RecordKey(String stream, String imageId) {

  private static final char SEPARATOR = '\n';

  /**
   * @throws IllegalArgumentException when the stream has a line feed
   */
  public RecordKey {
    if (stream.indexOf(SEPARATOR) >= 0) {
      throw new IllegalArgumentException(
          "Invalid stream: %s (must have no line feed)".formatted(stream.replace(SEPARATOR, ' ')));
    }
  }

  /** The key as Kafka has it. */
  public byte[] bytes() {
    return text().getBytes(StandardCharsets.UTF_8);
  }

  /** The key as text. */
  public String text() {
    return stream + SEPARATOR + imageId;
  }

  /**
   * Reads a key.
   *
   * @param bytes key of a record, or null
   * @return empty when the bytes are no such key: no line feed, an empty part, control characters
   *     in the id, or not UTF-8
   */
  public static Optional<RecordKey> parse(byte[] bytes) {
    if (bytes == null) {
      return Optional.empty();
    }

    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
    int end = text.indexOf(SEPARATOR);
    if (end < 0) {
      return Optional.empty();
    }
    String stream = text.substring(0, end);
    String imageId = text.substring(end + 1);
    boolean isKey =
        !stream.isBlank()
            && !imageId.isBlank()
            && imageId.chars().noneMatch(Character::isISOControl);
    return isKey ? Optional.of(new RecordKey(stream, imageId)) : Optional.empty();
  }
}
