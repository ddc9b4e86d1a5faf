package io.rankstream.pipeline.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.ReplicaWeights;
import io.rankstream.pipeline.Fixtures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundFilesTest {

  @TempDir private Path directory;

  @Test
  void theMeanOfEqualReplicasIsWhatTheyHandedIn() throws Exception {
    Average average = handedIn(0, 2);

    RoundFiles.Mean mean = RoundFiles.mean(average);

    try (ReplicaWeights weights = mean.weights()) {
      assertThat(bytes(weights)).isEqualTo(Files.readAllBytes(file(average, 0)));
      assertThat(mean.bytes()).isEqualTo(2L * bytes(weights).length);
    }
  }

  @Test
  void aFileThatWasChangedIsRefused() throws Exception {
    Average average = handedIn(0, 2);
    byte[] bytes = Files.readAllBytes(file(average, 1));
    bytes[bytes.length - 5] ^= 1;
    Files.write(file(average, 1), bytes);

    assertThatThrownBy(() -> RoundFiles.mean(average))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("is not what the replica wrote");
  }

  /** Also where a length is another one, which would ask for more memory than there is. */
  @Test
  void everyTurnedBitAndEveryTruncationIsRefused() throws Exception {
    Average average = handedIn(0, 2);
    byte[] good = Files.readAllBytes(file(average, 1));
    Random random = new Random(20);
    for (int i = 0; i < 60; i++) {
      int at = i < 30 ? i : random.nextInt(good.length); // the first bytes have lengths
      byte[] turned = good.clone();
      turned[at] ^= (byte) (1 << random.nextInt(8));
      for (byte[] damaged : List.of(turned, Arrays.copyOf(good, at))) {
        Files.write(file(average, 1), damaged);

        assertThatThrownBy(() -> RoundFiles.mean(average))
            .isInstanceOf(IOException.class)
            .hasMessageEndingWith("is not what the replica wrote");
      }
    }
  }

  @Test
  void aFileThatIsGoneIsToldAndNothingElseIsDeleted() throws Exception {
    Average average = handedIn(0, 2);
    Files.delete(file(average, 0));

    assertThatThrownBy(() -> RoundFiles.mean(average)).isInstanceOf(IOException.class);
    assertThat(file(average, 1)).exists();
  }

  @Test
  void deletesARoundAndLaterWhatAFailedAttemptLeft() throws Exception {
    Average average = handedIn(7, 2);
    Path leftOver = file(average, 0).resolveSibling("0-left-over");
    Files.writeString(leftOver, "by a failed attempt");

    RoundFiles.delete(average.handIns());
    assertThat(file(average, 0)).doesNotExist();
    assertThat(leftOver).as("another attempt may write here").exists();

    Instant now = Instant.now();
    RoundFiles.sweep(average.handIns().get(0), now.toEpochMilli());
    assertThat(leftOver).exists();

    long later = now.plus(Duration.ofDays(2)).toEpochMilli();
    RoundFiles.sweep(average.handIns().get(0), later);
    assertThat(leftOver).doesNotExist();
    assertThat(leftOver.getParent()).doesNotExist();
  }

  @Test
  void aRoundWithoutLeftOversLeavesNoDirectory() throws Exception {
    Average average = handedIn(8, 2);
    Files.setLastModifiedTime(file(average, 0), FileTime.from(Instant.now()));

    RoundFiles.delete(average.handIns());

    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
    assertThat(file(average, 0).getParent()).doesNotExist();
  }

  private Average handedIn(long round, int replicas) throws Exception {
    RoundFiles files = new RoundFiles(new org.apache.flink.core.fs.Path(directory.toUri()));
    List<HandIn> handIns = new ArrayList<>();
    try (OnlineTrainer trainer =
        OnlineTrainer.create(
            Fixtures.config("model.embedding-dimension", "8").model(), Device.cpu())) {
      trainer.learnLabels(List.of("cat", "dog"));
      for (int k = 0; k < replicas; k++) {
        try (ReplicaWeights weights = trainer.toAverage()) {
          RoundFiles.Written written = files.write("a stream/..", round, k, weights);
          HandIn plain = RoundSimulation.handIn(round, k, replicas, replicas);
          handIns.add(new HandIn("s", round, k, plain.share(), written.path(), written.sha256()));
        }
      }
    }
    return new Average("s", round, handIns);
  }

  private static Path file(Average average, int replica) {
    return Path.of(
        new org.apache.flink.core.fs.Path(average.handIns().get(replica).file()).toUri().getPath());
  }

  private static byte[] bytes(ReplicaWeights weights) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    weights.writeTo(out);
    return out.toByteArray();
  }
}
