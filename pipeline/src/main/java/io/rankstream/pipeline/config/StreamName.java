package io.rankstream.pipeline.config;

import io.rankstream.model.text.Printable;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** The rule of a stream's name: a folder of published models is named after it, URL-encoded. */
final class StreamName {

  static final String ACCEPTED =
      "none blank, . or .., with control characters, or longer than 200 bytes in URL encoding";

  private static final int MAX_ENCODED = 200; // file systems take 255 bytes

  private StreamName() {}

  static boolean isAccepted(String name) {
    return !name.isBlank()
        && !name.matches("\\.{1,2}")
        && name.codePoints().noneMatch(Printable::isControl)
        && URLEncoder.encode(name, StandardCharsets.UTF_8).length() <= MAX_ENCODED;
  }
}
