package io.rankstream.pipeline.tools.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrowserTest {

  private static final URI PAGE = URI.create("http://localhost:8070");

  @Test
  void usesTheCommandOfTheDesktop() {
    assertThat(Browser.command("Linux", Map.of("DISPLAY", ":0"), PAGE))
        .contains(List.of("xdg-open", "http://localhost:8070"));
    assertThat(Browser.command("Mac OS X", Map.of(), PAGE))
        .contains(List.of("open", "http://localhost:8070"));
    assertThat(Browser.command("Windows 11", Map.of(), PAGE))
        .contains(List.of("rundll32", "url.dll,FileProtocolHandler", "http://localhost:8070"));
  }

  @Test
  void opensNothingWithoutADesktop() {
    assertThat(Browser.command("Linux", Map.of(), PAGE)).isEmpty();
  }
}
