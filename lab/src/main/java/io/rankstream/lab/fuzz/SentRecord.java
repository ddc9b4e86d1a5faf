package io.rankstream.lab.fuzz;

import java.nio.ByteBuffer;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.codec.digest.MessageDigestAlgorithms;

/**
 * The part of a record that the audit needs: digests in place of bytes.
 *
 * @param attack what is wrong with it
 * @param key SHA-256 of the key
 * @param value SHA-256 of the value, or empty where there is none
 */
record SentRecord(Attack attack, String key, String value) {

  static SentRecord of(HostileRecord record) {
    return new SentRecord(
        record.attack(),
        digest(ByteBuffer.wrap(record.key())),
        digest(record.value() == null ? null : ByteBuffer.wrap(record.value())));
  }

  /** SHA-256 of bytes, or empty for null. */
  static String digest(ByteBuffer bytes) {
    return bytes == null
        ? ""
        : new DigestUtils(MessageDigestAlgorithms.SHA_256).digestAsHex(bytes.duplicate());
  }
}
