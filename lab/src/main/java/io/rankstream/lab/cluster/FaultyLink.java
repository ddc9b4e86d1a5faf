package io.rankstream.lab.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A connection between two processes that can fail: it takes connections on one port, and passes
 * what comes to another port of this machine and back.
 */
final class FaultyLink implements AutoCloseable {

  private static final int CHUNK_BYTES = 16 << 10;
  private static final long SLOW_MILLIS = 100;

  private final ServerSocket server;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private LinkState state = LinkState.WELL;

  /**
   * @param port port that clients connect to
   * @param target port of the process behind
   */
  FaultyLink(int port, int target) throws IOException {
    this.server = new ServerSocket(port, 0, InetAddress.getLoopbackAddress());
    this.target = target;
    daemon("link-" + port, this::accept);
  }

  /** Changes what the link does with all connections, those that are open too. */
  void become(LinkState next) {
    synchronized (this) {
      state = next;
      notifyAll();
    }
    if (next == LinkState.CUT) {
      open.forEach(FaultyLink::close);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(FaultyLink::close);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        if (isCut()) {
          close(client);
        } else {
          connect(client);
        }
      } catch (IOException e) {
        // The link is closed, or the process behind is away: the client sees that and asks again.
      }
    }
  }

  private void connect(Socket client) throws IOException {
    open.add(client);
    try {
      Socket process = new Socket(InetAddress.getLoopbackAddress(), target);
      open.add(process);
      pass(client, process);
      pass(process, client);
    } catch (IOException e) {
      drop(client);
      throw e;
    }
  }

  private void pass(Socket from, Socket to) {
    daemon(
        "link-pump",
        () -> {
          try {
            pump(from.getInputStream(), to.getOutputStream());
          } catch (IOException e) {
            // One end is gone: the other end learns it when its connection closes.
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            drop(from);
            drop(to);
          }
        });
  }

  private void pump(InputStream in, OutputStream out) throws IOException, InterruptedException {
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int bytes = in.read(chunk); bytes >= 0; bytes = in.read(chunk)) {
      awaitPassage();
      out.write(chunk, 0, bytes);
    }
  }

  private void awaitPassage() throws InterruptedException {
    if (isSlow()) {
      Thread.sleep(SLOW_MILLIS);
    }
    synchronized (this) {
      while (state == LinkState.SILENT) {
        wait();
      }
    }
  }

  private synchronized boolean isCut() {
    return state == LinkState.CUT;
  }

  private synchronized boolean isSlow() {
    return state == LinkState.SLOW;
  }

  private void drop(Socket socket) {
    open.remove(socket);
    close(socket);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }
}
