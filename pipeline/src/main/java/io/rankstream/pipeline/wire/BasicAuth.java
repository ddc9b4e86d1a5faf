package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.config.JobConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** The login at the registry. Messages contain the source of the login, never the login. */
public final class BasicAuth {

  /** Environment variable with user:password, read when no file is set. */
  static final String VARIABLE = "RANKSTREAM_REGISTRY_BASIC_AUTH";

  private BasicAuth() {}

  /**
   * Checks that the login at the registry can be read, without using it.
   *
   * @throws RegistryException when it cannot be read
   */
  public static void check(JobConfig.Registry config) {
    header(config.basicAuthFile(), System.getenv());
  }

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
          "The file %s of the registry's login cannot be read (%s): create it with one line user:password, readable by this process"
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
