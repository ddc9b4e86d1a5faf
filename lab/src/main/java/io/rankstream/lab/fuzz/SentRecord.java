package io.rankstream.lab.fuzz;

import io.rankstream.schemas.LetterHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.codec.digest.MessageDigestAlgorithms;
import org.apache.kafka.common.header.Header;

/**
 * The part of a record that the audit needs: digests in place of bytes.
 *
 * @param attack what is wrong with it
 * @param key SHA-256 of the key
 * @param value SHA-256 of the value, or empty where there is none
 * @param headers SHA-256 of the headers in their order, or empty where there are none
 */
record SentRecord(Attack attack, String key, String value, String headers) {

  static SentRecord of(HostileRecord record) {
    return new SentRecord(
        record.attack(),
        digest(ByteBuffer.wrap(record.key())),
        digest(record.value() == null ? null : ByteBuffer.wrap(record.value())),
        digest(record.headers().stream().map(SentRecord::asLetterHas).toList()));
  }

  /** A header as a dead letter returns it. */
  private static LetterHeader asLetterHas(Header header) {
    return new LetterHeader(
        header.key(), header.value() == null ? null : ByteBuffer.wrap(header.value()));
  }

  /** SHA-256 of headers, or empty for none. */
  static String digest(List<LetterHeader> headers) {
    if (headers.isEmpty()) {
      return "";
    }

    MessageDigest digest = DigestUtils.getSha256Digest();
    for (LetterHeader header : headers) {
      byte[] name = header.getKey().getBytes(StandardCharsets.UTF_8);
      int length = header.getValue() == null ? -1 : header.getValue().remaining();
      digest.update(ByteBuffer.allocate(8).putInt(name.length).putInt(length).flip());
      digest.update(name);
      if (header.getValue() != null) {
        digest.update(header.getValue().duplicate());
      }
    }
    return Hex.encodeHexString(digest.digest());
  }

  /** SHA-256 of bytes, or empty for null. */
  static String digest(ByteBuffer bytes) {
    return bytes == null
        ? ""
        : new DigestUtils(MessageDigestAlgorithms.SHA_256).digestAsHex(bytes.duplicate());
  }
}
