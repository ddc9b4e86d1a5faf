package io.rankstream.pipeline.wire;

import io.rankstream.schemas.DeadLetter;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Makes dead letters as small as their topic asks for. A record can be larger than any letter: the
 * broker measures compressed batches, so that a hundred megabytes of zeros fit into a topic of one
 * megabyte. Such a letter would be refused again after every restart.
 */
public final class FittingLetter {

  /** Reason, detail, names and framing; the detail is the only part of any length. */
  private static final int FRAME_BYTES = 8192;

  private static final int MAX_DETAIL_LENGTH = 1000;

  private FittingLetter() {}

  /**
   * The letter as it is when it fits, or else without the key or value that is too large and with
   * what they are in the detail. The key counts twice: it is the key of the dead letter too.
   *
   * @param maxBytes what the record of the letter may have
   */
  public static DeadLetter of(DeadLetter letter, int maxBytes) {
    long room = (long) maxBytes - FRAME_BYTES;
    long keys = 2L * size(letter.getKey());
    boolean fits = keys + size(letter.getValue()) <= room;
    boolean dropsKey = !fits && keys > room / 8; // a key of usual size tells which image it was
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
        .formatted(part, size(bytes), sha256(bytes));
  }

  private static int size(ByteBuffer bytes) {
    return bytes == null ? 0 : bytes.remaining();
  }

  private static String sha256(ByteBuffer bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes.duplicate());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
