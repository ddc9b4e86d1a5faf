package io.rankstream.pipeline.tools.watch;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Opens a page with the desktop's own command. {@code java.awt.Desktop} is missing in the Java of
 * most servers and containers.
 */
public final class Browser {

  private Browser() {}

  /** Opens a page if there is a desktop; a failure is ignored. */
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
                // the user has the printed address
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
