package io.rankstream.pipeline.config;

import java.nio.file.Path;

/** Where programs that run in one process keep what must outlast them. */
public final class StateDirectory {

  private StateDirectory() {}

  /** The directory for this user's program state (XDG base directories). */
  public static Path path() {
    String configured = System.getenv("XDG_STATE_HOME");
    Path base =
        configured == null || configured.isBlank()
            ? Path.of(System.getProperty("user.home"), ".local", "state")
            : Path.of(configured);
    return base.resolve("rankstream");
  }
}
