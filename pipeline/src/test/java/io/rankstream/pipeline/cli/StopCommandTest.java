package io.rankstream.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class StopCommandTest {

  @Test
  void theUsualPageNeedsNoOption() {
    assertThat(StopCommand.of(URI.create("http://localhost:8081"))).isEqualTo("rankstream stop");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://localhost:8081", "http://localhost:8083"})
  void theCommandStopsTheJobOfThePage(String page) {
    StopCommand stop = new StopCommand();

    String[] words = StopCommand.of(URI.create(page)).split(" ", -1);
    new CommandLine(stop).parseArgs(Arrays.copyOfRange(words, 2, words.length));

    assertThat(stop.flink).isEqualTo(URI.create(page));
  }
}
