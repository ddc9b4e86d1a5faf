package io.rankstream.lab.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sha256Test {

  /** FIPS 180-2, appendix B.1: the digest of "abc". */
  private static final String OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir Path directory;

  @Test
  void digestsABufferAndLeavesItsPosition() {
    ByteBuffer bytes = ByteBuffer.wrap("abc".getBytes(US_ASCII));

    assertThat(Sha256.of(bytes)).isEqualTo(OF_ABC);
    assertThat(bytes.remaining()).isEqualTo(3);
  }

  @Test
  void digestsAFile() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "abc");

    assertThat(Sha256.of(file)).isEqualTo(OF_ABC);
  }
}
