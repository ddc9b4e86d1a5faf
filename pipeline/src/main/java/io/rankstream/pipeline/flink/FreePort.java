package io.rankstream.pipeline.flink;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.OptionalInt;

/** Finds a port for Flink's page before Flink starts, so that it can be told where the page is. */
public final class FreePort {

  private FreePort() {}

  /**
   * The first port that nobody listens on.
   *
   * @param from first port to try
   * @param count ports to try
   */
  public static OptionalInt first(int from, int count) {
    for (int port = from; port < from + count; port++) {
      try (ServerSocket socket = new ServerSocket(port)) {
        return OptionalInt.of(socket.getLocalPort());
      } catch (IOException e) {
        // taken: try the next one
      }
    }

    return OptionalInt.empty();
  }
}
