package io.rankstream.pipeline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateChangelogOptions;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.CheckpointMetadataOutputStream;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStorageAccess;
import org.apache.flink.runtime.state.CheckpointStorageLocation;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.OperatorStreamStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints with one operator, written to files and to the metadata. */
class CheckedStorageTest {

  private static final int IN_A_FILE = 100_000;
  private static final int IN_METADATA = 300;
  private static final Random RANDOM = new Random(20);

  @TempDir Path directory;
  private final Configuration settings = new Configuration();
  private CheckpointStorageAccess reader;

  @BeforeEach
  void open() throws Exception {
    reader = access();
  }

  @Test
  void aStateFileHasTheBytesOfFlinkAndThenATrailer() throws Exception {
    byte[] state = bytes(IN_A_FILE);
    Path checkpoint = write(state);

    byte[] found = Files.readAllBytes(onlyStateFile(checkpoint));

    assertThat(Arrays.copyOf(found, IN_A_FILE)).isEqualTo(state);
    ByteBuffer trailer = ByteBuffer.wrap(found, IN_A_FILE, found.length - IN_A_FILE);
    CRC32C checksum = new CRC32C();
    checksum.update(found, 0, IN_A_FILE + 12); // length and kind belong to it
    assertThat(trailer.getLong()).isEqualTo(IN_A_FILE);
    assertThat(trailer.getInt()).isEqualTo(1);
    assertThat(trailer.getInt()).isEqualTo((int) checksum.getValue());
    assertThat(trailer.getLong()).isEqualTo(0x524B_5354_5241_494CL);
    assertThat(trailer.hasRemaining()).isFalse();
  }

  @Test
  void aWholeCheckpointIsTaken() throws Exception {
    for (int length : List.of(IN_A_FILE, IN_METADATA)) {
      Path checkpoint = write(bytes(length));

      assertThat(access().resolveCheckpoint(checkpoint.toString()).getExternalPointer())
          .endsWith(checkpoint.getFileName().toString());
      StoredCheckpoint stored = StoredCheckpoint.open(checkpoint.toString());
      assertThat(stored.isChecked()).isTrue();
      assertThat(stored.hasCheckedFiles()).isTrue();
      assertThat(stored.files()).hasSize(length == IN_A_FILE ? 1 : 0);
    }
  }

  @Test
  void aTurnedBitInAnyByteOfTheMetadataIsRefused() throws Exception {
    Path checkpoint = write(bytes(IN_METADATA));
    Path file = checkpoint.resolve("_metadata");
    byte[] good = Files.readAllBytes(file);
    for (int at = 0; at < good.length; at++) {
      byte[] turned = good.clone();
      turned[at] ^= (byte) (1 << RANDOM.nextInt(8));
      Files.write(file, turned);

      assertRefused(checkpoint, file + " is damaged: ");
    }
  }

  @Test
  void everyTruncationOfTheMetadataIsRefused() throws Exception {
    Path checkpoint = write(bytes(IN_A_FILE));
    Path file = checkpoint.resolve("_metadata");
    byte[] good = Files.readAllBytes(file);
    for (int length = 0; length < good.length; length++) {
      Files.write(file, Arrays.copyOf(good, length));

      assertRefused(checkpoint, " is damaged: ");
    }
  }

  @Test
  void damageToAStateFileIsRefused() throws Exception {
    Path checkpoint = write(bytes(IN_A_FILE));
    Path file = onlyStateFile(checkpoint);
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < 200; i++) {
      byte[] turned = good.clone();
      int at = i < 24 ? good.length - 1 - i : RANDOM.nextInt(good.length);
      turned[at] ^= (byte) (1 << RANDOM.nextInt(8));
      Files.write(file, turned);
      assertRefused(checkpoint, file + " is damaged: ");

      Files.write(file, Arrays.copyOf(good, at));
      assertRefused(checkpoint, file + " is damaged: it has ");
    }

    Files.delete(file);
    assertRefused(checkpoint, file + " is missing: ");
  }

  /** What an earlier release or Flink's own storage wrote is taken, as far as it has its length. */
  @Test
  void aCheckpointWithoutChecksumsIsTaken() throws Exception {
    Path checkpoint = write(bytes(IN_A_FILE));
    withoutTrailer(checkpoint.resolve("_metadata"));
    Path file = onlyStateFile(checkpoint);
    assertRefused(checkpoint, file + " is damaged: it has a checksum and _metadata has none");

    CheckpointStorageAccess flinks =
        FileSystemCheckpointStorage.createFromConfig(settings(), getClass().getClassLoader())
            .createCheckpointStorage(new JobID());
    Path old = write(flinks, bytes(IN_A_FILE));
    assertThat(StoredCheckpoint.open(old.toString()).isChecked()).isFalse();
    assertThat(access().resolveCheckpoint(old.toString())).isNotNull();
    Files.write(onlyStateFile(old), new byte[IN_A_FILE - 1]);
    assertRefused(old, "it has 99,999 bytes, the metadata tell 100,000");
  }

  /** RocksDB takes back whole files, to the last byte. */
  @Test
  void filesOfRocksDbAndOfAChangelogStayAsTheyAre() throws Exception {
    settings.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    assertOnlyMetadataAreChecked(write(bytes(IN_A_FILE)));
    settings.set(StateBackendOptions.STATE_BACKEND, "hashmap");
    settings.set(StateChangelogOptions.ENABLE_STATE_CHANGE_LOG, true);
    assertOnlyMetadataAreChecked(write(bytes(IN_A_FILE)));
  }

  @Test
  void aStreamWithoutAByteHasNoState() throws Exception {
    CheckpointStateOutputStream out =
        access()
            .initializeLocationForCheckpoint(1)
            .createCheckpointStateOutputStream(CheckpointedStateScope.EXCLUSIVE);
    assertThat(out.closeAndGetHandle()).isNull();
  }

  @Test
  void positionsAreThoseOfTheContent() throws Exception {
    byte[] state = bytes(IN_A_FILE);
    CheckpointStateOutputStream out =
        access()
            .initializeLocationForCheckpoint(2)
            .createCheckpointStateOutputStream(CheckpointedStateScope.EXCLUSIVE);
    int written = 0;
    while (written < state.length) {
      int part = Math.min(state.length - written, RANDOM.nextInt(20_000));
      if (part % 2 == 0) {
        out.write(state, written, part);
        written += part;
      } else {
        out.write(state[written++]);
      }
      assertThat(out.getPos()).isEqualTo(written);
    }
    StreamStateHandle handle = out.closeAndGetHandle();

    try (var in = handle.openInputStream()) {
      assertThat(in.readNBytes(state.length)).isEqualTo(state);
    }
    assertThat(handle.getStateSize()).isEqualTo(state.length + 24);
  }

  private void assertOnlyMetadataAreChecked(Path checkpoint) throws IOException {
    assertThat(Files.size(onlyStateFile(checkpoint))).isEqualTo(IN_A_FILE);
    StoredCheckpoint stored = StoredCheckpoint.open(checkpoint.toString());
    assertThat(stored.isChecked()).isTrue();
    assertThat(stored.hasCheckedFiles()).isFalse();
    stored.requireWhole();
  }

  private void assertRefused(Path checkpoint, String message) throws Exception {
    assertThatThrownBy(() -> reader.resolveCheckpoint(checkpoint.toString()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(message);
  }

  private static void withoutTrailer(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(all, all.length - 24));
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  private static Path onlyStateFile(Path checkpoint) throws IOException {
    try (var files = Files.list(checkpoint)) {
      return files.filter(file -> !file.endsWith("_metadata")).findFirst().orElseThrow();
    }
  }

  private Configuration settings() {
    settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory.toUri().toString());
    return settings;
  }

  private CheckpointStorageAccess access() throws IOException {
    CheckpointStorageAccess access =
        new CheckedStorageFactory()
            .createFromConfig(settings(), getClass().getClassLoader())
            .createCheckpointStorage(new JobID());
    access.initializeBaseLocationsForCheckpoint();
    return access;
  }

  private Path write(byte[] state) throws Exception {
    return write(access(), state);
  }

  private static Path write(CheckpointStorageAccess access, byte[] state) throws Exception {
    CheckpointStorageLocation location = access.initializeLocationForCheckpoint(7);
    CheckpointStateOutputStream out =
        access
            .resolveCheckpointStorageLocation(7, location.getLocationReference())
            .createCheckpointStateOutputStream(CheckpointedStateScope.EXCLUSIVE);
    out.write(state, 0, state.length);
    OperatorStateHandle handle = new OperatorStreamStateHandle(Map.of(), out.closeAndGetHandle());
    OperatorState operator = new OperatorState("any", "any", new OperatorID(1, 1), 1, 1);
    operator.putState(0, OperatorSubtaskState.builder().setManagedOperatorState(handle).build());
    try (CheckpointMetadataOutputStream metadata = location.createMetadataOutputStream()) {
      Checkpoints.storeCheckpointMetadata(
          new CheckpointMetadata(7, List.of(operator), List.of()), new DataOutputStream(metadata));
      return Path.of(
          new org.apache.flink.core.fs.Path(
                  metadata.closeAndFinalizeCheckpoint().getExternalPointer())
              .getPath());
    }
  }
}
