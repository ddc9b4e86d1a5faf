package io.rankstream.pipeline.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.rankstream.model.Provenance;
import io.rankstream.model.evaluation.OrthogonalMap;
import io.rankstream.model.safetensors.SafeTensors;
import io.rankstream.pipeline.event.VersionRank;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MapFilesTest {

  private static final VersionRank OLDER = new VersionRank("older", 50);
  private static final OrthogonalMap QUARTER_TURN =
      OrthogonalMap.fit(
          List.of(new float[] {1, 0}, new float[] {0, 1}),
          List.of(new float[] {0, 1}, new float[] {-1, 0}));

  @TempDir private Path directory;

  @Test
  void aMapIsATensorThatTakesTheOlderVersionToTheNewer() throws IOException {
    PublishedMap map = files(0).write(newer(1_000), OLDER, QUARTER_TURN);

    Path file = Path.of(URI.create(map.uri()));
    assertThat(directory.relativize(file))
        .isEqualTo(
            Path.of(
                "a",
                "space",
                "lineage",
                "maps",
                "v000001000-from-v000000050-%s.safetensors"
                    .formatted(map.sha256().substring(0, 12))));
    assertThat(DigestUtils.sha256Hex(Files.readAllBytes(file))).isEqualTo(map.sha256());
    SafeTensors tensors = SafeTensors.open(file);
    assertThat(tensors.isChecked()).isTrue();
    assertThat(tensors.shape("map")).containsExactly(2L, 2L);
    assertThat(tensors.floats("map")).containsExactly(new float[] {0, 1, -1, 0}, within(1e-6f));
    assertThat(tensors.metadata())
        .containsEntry("rankstream.from_lineage", "older")
        .containsEntry("rankstream.from_version", "50")
        .containsEntry("rankstream.lineage", "lineage")
        .containsEntry("rankstream.model_version", "1000")
        .containsEntry("rankstream.space_id", "a/space");
  }

  @Test
  void aMapThatIsWrittenAgainHasTheSameName() throws IOException {
    PublishedMap first = files(0).write(newer(1_000), OLDER, QUARTER_TURN);

    assertThat(files(0).write(newer(1_000), OLDER, QUARTER_TURN)).isEqualTo(first);
    assertThat(names()).hasSize(1);
  }

  /** The announcement of the newest is committed later, so that the one before it stays too. */
  @Test
  void theNewestMapsStayAndWhatAnAttemptLeftBehindGoes() throws IOException {
    Files.createDirectories(maps());
    Files.writeString(maps().resolve("v000000007-from-v000000050.safetensors.part-x"), "half");
    Files.writeString(maps().resolve("notes.txt"), "of somebody else");
    for (long step : new long[] {900, 1_000, 12_000_000_000L, 1_100}) {
      files(2).write(newer(step), OLDER, QUARTER_TURN);
    }

    assertThat(names())
        .extracting(name -> name.replaceFirst("-.*", ""))
        .containsExactlyInAnyOrder("notes.txt", "v000001000", "v12000000000", "v000001100");
  }

  @Test
  void aStoreThatFailsLeavesNothing() throws IOException {
    Files.createDirectories(maps().getParent());
    Files.writeString(maps(), "in the way of the directory");

    assertThatThrownBy(() -> files(0).write(newer(1_000), OLDER, QUARTER_TURN))
        .isInstanceOf(IOException.class);
    Files.delete(maps());
    files(0).write(newer(1_000), OLDER, QUARTER_TURN);

    assertThat(names()).hasSize(1);
  }

  private MapFiles files(int keep) {
    return new MapFiles(directory.toUri().toString(), keep);
  }

  private static Provenance newer(long version) {
    return new Provenance("a", "a/space", "lineage", version);
  }

  private Path maps() {
    return directory.resolve("a/space/lineage/maps");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(maps())) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
