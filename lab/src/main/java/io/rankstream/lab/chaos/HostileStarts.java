package io.rankstream.lab.chaos;

import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.config.OnMissingOffsets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

/** Ends a job and starts it where it must refuse to start; then so that it goes on. */
final class HostileStarts {

  private static final int DELETED = 25;
  private static final long PAUSE_MILLIS = 100;

  private final Properties clients;
  private final ClusterJob job;
  private final TopicAudit audit;

  HostileStarts(Properties clients, ClusterJob job, TopicAudit audit) {
    this.clients = clients;
    this.job = job;
    this.audit = audit;
  }

  /**
   * Turns one bit in one file of the newest checkpoint, and later back.
   *
   * @param seed of file and bit
   * @throws IOException when the job starts from it, or is refused for another reason
   */
  void fromDamagedCheckpoint(long seed) throws Exception {
    job.cancel();
    Random random = new Random(seed);
    List<Path> files = files(job.newestCheckpoint().orElseThrow());
    Path file = files.get(random.nextInt(files.size()));
    byte[] whole = Files.readAllBytes(file);
    byte[] damaged = whole.clone();
    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    Files.write(file, damaged);
    try {
      job.requireRefusal(file.getFileName().toString());
    } finally {
      Files.write(file, whole);
    }
    job.submit();
  }

  /**
   * Deletes records that the job has not read. It must not start without the permission to skip
   * them.
   *
   * @throws IOException when it does, or is refused for another reason
   */
  void behindDeletedRecords() throws Exception {
    job.cancel();
    TopicPartition partition = new TopicPartition(job.topics().images(), 0);
    long next = job.inputOffsets().getOrDefault(partition, 0L);
    try (Admin admin = Admin.create(clients)) {
      awaitEnd(admin, partition, next + 2 * DELETED);
      long first = next + DELETED;
      audit.takeInput(partition, next, first);
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(first))).all().get();
    }
    job.requireRefusal("are gone");
    job.submit(
        new JobSettings()
            .with(JobOptions.INPUT_ON_MISSING_OFFSETS, OnMissingOffsets.SKIP)
            .configuration());
  }

  private static void awaitEnd(Admin admin, TopicPartition partition, long end) throws Exception {
    while (admin
            .listOffsets(Map.of(partition, OffsetSpec.latest()))
            .all()
            .get()
            .get(partition)
            .offset()
        < end) {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS); // images go on arriving
    }
  }

  /** The files of a checkpoint that have content, in the same order each time. */
  private static List<Path> files(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      return files.filter(file -> file.toFile().length() > 0).sorted().toList();
    }
  }
}
