package io.rankstream.pipeline.wire;

import static org.apache.commons.codec.digest.MessageDigestAlgorithms.SHA_256;

import io.rankstream.schemas.DeadLetter;
import java.nio.ByteBuffer;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Cuts dead letters to the size that their topic accepts. A record can be larger than any letter:
 * the broker limits the size of compressed batches, so a hundred megabytes of zeros fit into a
 * topic with a limit of one megabyte. The topic would refuse such a letter after every restart.
 */
final class FittingLetter {

  /** Room for reason, detail, names and framing; only the detail can be long, and it is cut. */
  private static final int FRAME_BYTES = 8192;

  private static final int MAX_DETAIL_LENGTH = 1000;

  private FittingLetter() {}

  /**
   * Fits a letter. Where it is too large, its key or value is left out, and the detail gives their
   * size and SHA-256. The key counts twice: it is the key of the Kafka record too.
   *
   * @param maxBytes largest size of the Kafka record, in bytes
   * @return the same letter when it fits
   */
  static DeadLetter of(DeadLetter letter, int maxBytes) {
    long room = (long) maxBytes - FRAME_BYTES;
    long keys = 2L * size(letter.getKey());
    boolean fits = keys + size(letter.getValue()) <= room;
    boolean dropsKey = !fits && keys > room / 8; // a key of usual size identifies the image
    boolean dropsValue = !fits && (dropsKey ? 0 : keys) + size(letter.getValue()) > room;
    boolean cutsDetail = letter.getDetail().length() > MAX_DETAIL_LENGTH;
    if (!dropsKey && !dropsValue && !cutsDetail) {
      return letter;
    }

    StringBuilder detail =
        new StringBuilder(
            cutsDetail ? letter.getDetail().substring(0, MAX_DETAIL_LENGTH) : letter.getDetail());
    if (dropsKey) {
      detail.append("; ").append(leftBehind("key", letter.getKey()));
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
        dropsValue ? null : letter.getValue());
  }

  private static String leftBehind(String part, ByteBuffer bytes) {
    return "the %s stays in the source topic (too large for a dead letter: %d bytes, SHA-256 %s)"
        .formatted(part, size(bytes), new DigestUtils(SHA_256).digestAsHex(bytes.duplicate()));
  }

  private static int size(ByteBuffer bytes) {
    return bytes == null ? 0 : bytes.remaining();
  }
}
