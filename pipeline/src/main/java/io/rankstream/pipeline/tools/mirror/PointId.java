package io.rankstream.pipeline.tools.mirror;

import io.rankstream.pipeline.wire.RecordKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.UUID;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The id of an image in a vector store: a UUID of version 5, which depends only on stream and image
 * id.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-5">RFC 9562, UUID version
 *     5</a>
 */
public final class PointId {

  private static final UUID URL_NAMESPACE = UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8");

  private PointId() {}

  /** The id of an image, which is made of the key of its records. */
  public static UUID of(RecordKey image) {
    byte[] name = ("rankstream:" + image.text()).getBytes(StandardCharsets.UTF_8);
    MessageDigest sha1 = DigestUtils.getSha1Digest();
    sha1.update(
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(URL_NAMESPACE.getMostSignificantBits())
            .putLong(URL_NAMESPACE.getLeastSignificantBits())
            .flip());
    ByteBuffer hash = ByteBuffer.wrap(sha1.digest(name));
    long high = (hash.getLong() & ~0xF000L) | 0x5000L;
    long low = (hash.getLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    return new UUID(high, low);
  }
}
