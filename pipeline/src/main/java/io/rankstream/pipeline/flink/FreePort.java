package io.rankstream.pipeline.flink;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.OptionalInt;

/** Finds a port for Flink's page before Flink starts, so that it can be told where the page is. */
public final class FreePort {

  /** Ports that are tried from the first one on. */
  public static final int TRIED = 50;

  private FreePort() {}

  /**
   * The first port that nobody listens on.
   *
   * @param from first port to try
   */
  public static OptionalInt first(int from) {
    for (int port = from; port < from + TRIED; port++) {
      try (ServerSocket socket = new ServerSocket(port)) {
        return OptionalInt.of(socket.getLocalPort());
      } catch (IOException e) {
        // taken: try the next one
      }
    }

    return OptionalInt.empty();
  }
}
