package io.rankstream.lab.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.lab.local.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultyLinkTest {

  private static final int END = -1;

  private ServerSocket server;
  private int port;
  private FaultyLink link;
  private Socket client;
  private Socket accepted;

  @BeforeEach
  void connect() throws Exception {
    server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    port = FreePorts.distinct(1).get(0);
    link = new FaultyLink(port, server.getLocalPort());
    client = new Socket(InetAddress.getLoopbackAddress(), port);
    accepted = server.accept();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    accepted.close();
    link.close();
    server.close();
  }

  @Test
  void passesWhatComesBothWays() throws Exception {
    client.getOutputStream().write(1);
    accepted.getOutputStream().write(2);

    assertThat(accepted.getInputStream().read()).isEqualTo(1);
    assertThat(client.getInputStream().read()).isEqualTo(2);
  }

  @Test
  void anEndOfOneSideIsAnEndOfTheOther() throws Exception {
    accepted.close();

    assertThat(client.getInputStream().read()).isEqualTo(END);
  }

  @Test
  void aCutEndsConnectionsAndTakesNoNewOnes() throws Exception {
    link.become(LinkState.CUT);

    assertThat(client.getInputStream().read()).isEqualTo(END);
    assertThat(accepted.getInputStream().read()).isEqualTo(END);
    try (Socket next = new Socket(InetAddress.getLoopbackAddress(), port)) {
      assertThat(next.getInputStream().read()).isEqualTo(END);
    }

    link.become(LinkState.WELL);
    try (Socket next = new Socket(InetAddress.getLoopbackAddress(), port);
        Socket behind = server.accept()) {
      next.getOutputStream().write(3);
      assertThat(behind.getInputStream().read()).isEqualTo(3);
    }
  }

  @Test
  void silenceLosesNothing() throws Exception {
    link.become(LinkState.SILENT);
    client.getOutputStream().write(4);
    accepted.setSoTimeout(200);
    assertThatThrownBy(() -> accepted.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);

    link.become(LinkState.WELL);
    accepted.setSoTimeout(0);
    assertThat(accepted.getInputStream().read()).isEqualTo(4);
  }

  @Test
  void aSlowLinkPassesEverything() throws Exception {
    link.become(LinkState.SLOW);
    client.getOutputStream().write(new byte[] {5, 6});

    assertThat(accepted.getInputStream().readNBytes(2)).containsExactly(5, 6);
  }
}
