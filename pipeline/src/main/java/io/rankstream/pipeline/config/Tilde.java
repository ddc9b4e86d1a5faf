package io.rankstream.pipeline.config;

/**
 * Paths that begin with the short form of the home directory. A shell replaces it at the beginning
 * of a word, and nobody does in a file or behind an equals sign.
 */
public final class Tilde {

  private Tilde() {}

  /** Whether a value begins with the short form. */
  public static boolean begins(String value) {
    return value.equals("~") || value.startsWith("~/");
  }

  /** What to write instead, in words that fit into brackets. */
  public static String advice(String value) {
    return "must be a whole path, since only a shell replaces ~, at the beginning of a word: write %s"
        .formatted(System.getProperty("user.home") + value.substring(1));
  }
}
