package io.rankstream.pipeline.tools.watch;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Opens a page with the command of the desktop, where there is one. Not through {@code
 * java.awt.Desktop}: the Java of most servers and containers comes without it.
 */
public final class Browser {

  private Browser() {}

  /** Opens a page where there is a desktop; one that refuses is no error. */
  public static void open(URI page) {
    command(System.getProperty("os.name"), System.getenv(), page)
        .ifPresent(
            command -> {
              try {
                new ProcessBuilder(command)
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
              } catch (IOException e) {
                // the address is printed
              }
            });
  }

  static Optional<List<String>> command(String system, Map<String, String> environment, URI page) {
    String name = system.toLowerCase(Locale.ROOT);
    if (name.startsWith("mac")) {
      return Optional.of(List.of("open", page.toString()));
    }
    if (name.startsWith("windows")) {
      return Optional.of(List.of("rundll32", "url.dll,FileProtocolHandler", page.toString()));
    }

    boolean desktop =
        environment.containsKey("DISPLAY") || environment.containsKey("WAYLAND_DISPLAY");
    return desktop ? Optional.of(List.of("xdg-open", page.toString())) : Optional.empty();
  }
}
