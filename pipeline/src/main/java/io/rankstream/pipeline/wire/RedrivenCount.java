package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.event.Header;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LetterHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How often a record came back from the dead letters: the header {@code rankstream.redriven}, in
 * decimal digits. It makes visible that a record goes round in circles.
 */
public final class RedrivenCount {

  /** Name of the header of a record that was sent again. */
  public static final String HEADER = "rankstream.redriven";

  private static final int MAX_DIGITS = 9;

  private RedrivenCount() {}

  /** The count in the headers of the record that a letter returns; 0 when it never came back. */
  public static int of(DeadLetter letter) {
    int count = 0;
    for (LetterHeader header : letter.getHeaders()) {
      if (header.getKey().equals(HEADER)) {
        count = Math.max(count, of(header.getValue()));
      }
    }

    return count;
  }

  /** The count in the headers of a record; 0 when it never came back. */
  public static int ofHeaders(List<Header> headers) {
    int count = 0;
    for (Header header : headers) {
      if (header.key().equals(HEADER) && header.value() != null) {
        count = Math.max(count, of(ByteBuffer.wrap(header.value())));
      }
    }

    return count;
  }

  /**
   * The count in a header's value.
   *
   * @param value the value, or null
   * @return 0 when it is not a number: anyone may send such a header
   */
  public static int of(ByteBuffer value) {
    if (value == null || value.remaining() > MAX_DIGITS) {
      return 0;
    }

    String text = StandardCharsets.US_ASCII.decode(value.duplicate()).toString();
    return text.matches("[0-9]+") ? Integer.parseInt(text) : 0;
  }

  /** The value of the header for a count. */
  public static byte[] bytes(int count) {
    return Integer.toString(count).getBytes(StandardCharsets.US_ASCII);
  }
}
