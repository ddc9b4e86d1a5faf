package io.rankstream.lab.local;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds ports for a program that must know its port before it listens. Another process may take a
 * port in between: a program that can listen on port 0 or on a range needs none of this.
 */
public final class FreePorts {

  private FreePorts() {}

  /** One port that nothing listens on at this moment. */
  public static int one() throws IOException {
    return distinct(1).get(0);
  }

  /** Distinct ports that nothing listens on at this moment. */
  public static List<Integer> distinct(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }
}
