package io.rankstream.pipeline.wire;

import static org.apache.commons.codec.digest.MessageDigestAlgorithms.SHA_256;

import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LetterHeader;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Cuts dead letters to the size that their topic accepts. A record can be larger than any letter:
 * the broker limits the size of compressed batches, so a hundred megabytes of zeros fit into a
 * topic with a limit of one megabyte. The topic would refuse such a letter after every restart.
 */
final class FittingLetter {

  /**
   * Room for reason, detail, names and framing. Only the detail can be long; it is cut, and it is a
   * header of the Kafka record too.
   */
  private static final int FRAME_BYTES = 12_288;

  /** Lengths in front of a header's name and value, at most. */
  private static final int HEADER_FRAME_BYTES = 16;

  private static final int MAX_DETAIL_LENGTH = 1000;

  private FittingLetter() {}

  /**
   * Fits a letter. Where it is too large, its key, headers or value are left out, and the detail
   * gives their size, and the SHA-256 of key and value. The key counts twice: it is the key of the
   * Kafka record too.
   *
   * @param maxBytes largest size of the Kafka record, in bytes
   * @return the same letter when it fits
   */
  static DeadLetter of(DeadLetter letter, int maxBytes) {
    long room = (long) maxBytes - FRAME_BYTES;
    long keys = 2L * size(letter.getKey());
    long headers = headerBytes(letter);
    boolean fits = keys + headers + size(letter.getValue()) <= room;
    boolean dropsKey = !fits && keys > room / 8; // a key of usual size identifies the image
    boolean dropsHeaders = !fits && headers > room / 8;
    long kept = (dropsKey ? 0 : keys) + (dropsHeaders ? 0 : headers);
    boolean dropsValue = !fits && kept + size(letter.getValue()) > room;
    boolean cutsDetail = letter.getDetail().length() > MAX_DETAIL_LENGTH;
    if (fits && !cutsDetail) {
      return letter;
    }

    StringBuilder detail =
        new StringBuilder(
            cutsDetail ? letter.getDetail().substring(0, MAX_DETAIL_LENGTH) : letter.getDetail());
    if (dropsKey) {
      detail.append("; ").append(leftBehind("key", letter.getKey()));
    }
    if (dropsHeaders) {
      detail.append(
          "; the headers stay in the source topic (too large for a dead letter: %d bytes)"
              .formatted(headers));
    }
    if (dropsValue) {
      detail.append("; ").append(leftBehind("value", letter.getValue()));
    }
    return new DeadLetter(
        letter.getReason(),
        detail.toString(),
        letter.getSourceTopic(),
        letter.getSourcePartition(),
        letter.getSourceOffset(),
        letter.getSourceTimestamp(),
        dropsKey ? null : letter.getKey(),
        dropsValue ? null : letter.getValue(),
        dropsHeaders ? List.of() : letter.getHeaders(),
        letter.getComplete() && !dropsKey && !dropsHeaders && !dropsValue);
  }

  private static String leftBehind(String part, ByteBuffer bytes) {
    return "the %s stays in the source topic (too large for a dead letter: %d bytes, SHA-256 %s)"
        .formatted(part, size(bytes), new DigestUtils(SHA_256).digestAsHex(bytes.duplicate()));
  }

  private static long headerBytes(DeadLetter letter) {
    long bytes = 0;
    for (LetterHeader header : letter.getHeaders()) {
      bytes += HEADER_FRAME_BYTES + 3L * header.getKey().length() + size(header.getValue());
    }

    return bytes;
  }

  private static int size(ByteBuffer bytes) {
    return bytes == null ? 0 : bytes.remaining();
  }
}
