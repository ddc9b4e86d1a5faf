package io.rankstream.model.text;

import java.util.function.IntPredicate;

/**
 * Text that came from elsewhere, such as a label or the name of a tensor, made safe to show. A
 * terminal obeys control characters, those of ISO 8859-1 (C1) included, and bidirectional controls
 * let a text look like another.
 *
 * @see <a href="https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters">UAX #9:
 *     directional formatting characters</a>
 */
public final class Printable {

  private static final int ARABIC_LETTER_MARK = 0x061C;

  private Printable() {}

  /** Whether a terminal obeys a character, or it changes the direction or the line of a text. */
  public static boolean isControl(int codePoint) {
    return Character.isISOControl(codePoint)
        || codePoint == ARABIC_LETTER_MARK
        || codePoint == 0x200E // left-to-right and right-to-left mark
        || codePoint == 0x200F
        || (codePoint >= 0x2028 && codePoint <= 0x202E) // separators, embeddings, overrides
        || (codePoint >= 0x2066 && codePoint <= 0x2069); // isolates
  }

  /** One line: every control character becomes a question mark. */
  public static String line(String text) {
    return replaced(text, Printable::isControl);
  }

  /** Like {@link #line}, but the ends of lines stay. */
  public static String lines(String text) {
    return replaced(
        text, codePoint -> isControl(codePoint) && codePoint != '\n' && codePoint != '\r');
  }

  /** JSON that means the same, with control characters in the escaped form of JSON. */
  public static String json(String json) {
    StringBuilder safe = new StringBuilder(json.length());
    json.chars() // no control character needs two of them
        .forEach(
            c -> {
              if (isControl(c)) {
                safe.append("\\u%s".formatted(Integer.toHexString(0x10000 | c).substring(1)));
              } else {
                safe.append((char) c);
              }
            });
    return safe.toString();
  }

  private static String replaced(String text, IntPredicate unwanted) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().forEach(c -> safe.appendCodePoint(unwanted.test(c) ? '?' : c));
    return safe.toString();
  }
}
