package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;

/** Compares model files with their announcements. */
final class PublishedFiles {

  private PublishedFiles() {}

  /** Fails unless there are versions, and the file of each has the announced bytes. */
  static void assertAsAnnounced(List<ModelVersion> versions) {
    assertThat(versions)
        .isNotEmpty()
        .allSatisfy(version -> assertThat(sha256(version.getUri())).isEqualTo(version.getSha256()));
  }

  private static String sha256(String uri) {
    try {
      return DigestUtils.sha256Hex(Files.readAllBytes(Path.of(URI.create(uri))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
