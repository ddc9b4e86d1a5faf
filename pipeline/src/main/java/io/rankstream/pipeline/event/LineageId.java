package io.rankstream.pipeline.event;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Identifiers of lineages: 12 hexadecimal digits with the milliseconds of the birth, a hyphen, 16
 * random digits. As text they sort by their birth, like UUIDs of version 7.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7">RFC 9562, UUID version
 *     7</a>
 */
public final class LineageId {

  private static final int TIME_DIGITS = 12;
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{12}-[0-9a-f]{16}");
  private static final HexFormat HEX = HexFormat.of();
  private static final SecureRandom RANDOM = new SecureRandom();

  private LineageId() {}

  /**
   * A new identifier.
   *
   * @param now wall-clock time in milliseconds since the epoch
   */
  public static String born(long now) {
    return HEX.toHexDigits(now, TIME_DIGITS) + "-" + HEX.toHexDigits(RANDOM.nextLong());
  }

  /**
   * An identifier that sorts behind its parent: the one of the birth, unless the clock ran
   * backwards since the parent was born.
   *
   * @param parent the lineage that it continues, or empty
   * @param birth an identifier that was made for it
   */
  public static String after(String parent, String birth) {
    return !isValid(parent) || parent.compareTo(birth) < 0
        ? birth
        : HEX.toHexDigits(bornAt(parent) + 1, TIME_DIGITS) + birth.substring(TIME_DIGITS);
  }

  /**
   * The milliseconds since the epoch at which a lineage was born; 0 for a text of another form,
   * such as the empty one.
   */
  public static long bornAt(String lineage) {
    return isValid(lineage) ? HexFormat.fromHexDigitsToLong(lineage, 0, TIME_DIGITS) : 0;
  }

  /** Whether a text has the form of an identifier; those in files and records may not. */
  public static boolean isValid(String lineage) {
    return FORM.matcher(lineage).matches();
  }
}
