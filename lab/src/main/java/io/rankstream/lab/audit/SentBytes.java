package io.rankstream.lab.audit;

import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LetterHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.codec.digest.MessageDigestAlgorithms;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * The bytes of a record that was sent, as digests: an audit of millions has no room for more.
 *
 * @param key SHA-256 of the key, or empty where there is none
 * @param value SHA-256 of the value, or empty where there is none
 * @param headers SHA-256 of all headers in order, or empty where there is none
 */
public record SentBytes(String key, String value, String headers) {

  /** The bytes of a record. */
  public static SentBytes of(byte[] key, byte[] value, Headers headers) {
    MessageDigest digest = DigestUtils.getSha256Digest();
    boolean hasAny = false;
    for (Header header : headers) {
      hasAny = true;
      update(digest, header.key(), wrapped(header.value()));
    }
    return new SentBytes(
        digest(wrapped(key)),
        digest(wrapped(value)),
        hasAny ? Hex.encodeHexString(digest.digest()) : "");
  }

  /** The bytes of a record that was read. */
  public static SentBytes of(ConsumerRecord<byte[], byte[]> record) {
    return of(record.key(), record.value(), record.headers());
  }

  /** The same without the headers, to which some programs add. */
  public SentBytes withoutHeaders() {
    return new SentBytes(key, value, "");
  }

  /**
   * Whether a dead letter returns these bytes, all of them. For those that do not fit into a letter
   * it must have their digest, and for headers that do not, say so.
   */
  public boolean cameBackIn(DeadLetter letter) {
    return !RejectionReason.valueOf(letter.getReason()).holdsRecord()
        || (returns(letter, letter.getKey(), key)
            && returns(letter, letter.getValue(), value)
            && returnsHeaders(letter));
  }

  private boolean returnsHeaders(DeadLetter letter) {
    if (letter.getHeaders().isEmpty()) {
      return headers.isEmpty() || letter.getDetail().contains("the headers stay in");
    }

    MessageDigest digest = DigestUtils.getSha256Digest();
    for (LetterHeader header : letter.getHeaders()) {
      update(digest, header.getKey(), header.getValue());
    }
    return Hex.encodeHexString(digest.digest()).equals(headers);
  }

  private static boolean returns(DeadLetter letter, ByteBuffer bytes, String sent) {
    boolean isLeftBehind = bytes == null && !sent.isEmpty();
    return isLeftBehind ? letter.getDetail().contains(sent) : digest(bytes).equals(sent);
  }

  private static void update(MessageDigest digest, String key, ByteBuffer value) {
    byte[] name = key.getBytes(StandardCharsets.UTF_8);
    int length = value == null ? -1 : value.remaining();
    digest.update(ByteBuffer.allocate(2 * Integer.BYTES).putInt(name.length).putInt(length).flip());
    digest.update(name);
    if (value != null) {
      digest.update(value.duplicate());
    }
  }

  /** SHA-256 of bytes, or empty for null. */
  public static String digest(ByteBuffer bytes) {
    return bytes == null
        ? ""
        : new DigestUtils(MessageDigestAlgorithms.SHA_256).digestAsHex(bytes.duplicate());
  }

  private static ByteBuffer wrapped(byte[] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes);
  }
}
