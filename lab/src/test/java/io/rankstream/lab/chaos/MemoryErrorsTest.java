package io.rankstream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryErrorsTest {

  @TempDir private Path directory;

  @Test
  void namesTheLogsThatTellOfAnError() throws Exception {
    Files.writeString(directory.resolve("job-manager.log"), "INFO  starts\nINFO  ends\n");
    Path told =
        Files.writeString(
            directory.resolve("task-manager-1.log"),
            "\u00ff image\nException in thread \"t\" java.lang.OutOfMemoryError: Java heap space\n",
            StandardCharsets.ISO_8859_1); // not UTF-8
    Files.writeString(directory.resolve("data"), "java.lang.OutOfMemoryError");

    assertThat(MemoryErrors.in(directory)).containsExactly(told);
  }
}
