package io.rankstream.pipeline.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** The login at the registry. Messages name where it comes from, never what it is. */
final class BasicAuth {

  /** Environment variable that holds user:password where no file is named. */
  static final String VARIABLE = "RANKSTREAM_REGISTRY_BASIC_AUTH";

  private BasicAuth() {}

  /**
   * The Authorization header, or empty without a login.
   *
   * @param file file with one line user:password, or empty
   * @param environment environment variables
   * @throws RegistryException when the file cannot be read or the login has no colon
   */
  static Optional<String> header(String file, Map<String, String> environment) {
    if (!file.isEmpty()) {
      return Optional.of(encode(read(file), "The file %s of the registry's login".formatted(file)));
    }

    return Optional.ofNullable(environment.get(VARIABLE))
        .filter(login -> !login.isBlank())
        .map(login -> encode(login, "The environment variable " + VARIABLE));
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException | IllegalArgumentException e) {
      throw new RegistryException(
          "The file %s of the registry's login cannot be read (%s): make one with the line user:password that this process may read"
              .formatted(file, e.getClass().getSimpleName()),
          e);
    }
  }

  private static String encode(String login, String origin) {
    String line = login.strip();
    if (line.indexOf(':') < 1 || line.indexOf('\n') >= 0) {
      throw new RegistryException(origin + " must hold one line user:password");
    }

    return "Basic " + Base64.getEncoder().encodeToString(line.getBytes(StandardCharsets.UTF_8));
  }
}
