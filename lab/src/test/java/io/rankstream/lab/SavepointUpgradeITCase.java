package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.config.OnMissingOffsets;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.evaluate.CheckpointReview;
import io.rankstream.pipeline.tools.evaluate.StateFinding;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A savepoint of an earlier build is taken over by this one. The stored savepoint is that of a job
 * that had taken {@value #STORED_IMAGES} images; {@link #writeTheStoredSavepoint} made it.
 */
class SavepointUpgradeITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String STORED = "/savepoints/1.zip";
  private static final int STORED_IMAGES = 100;
  private static final int NEW_IMAGES = 100;
  private static final long STORED_STEPS = 11;

  @TempDir Path directory;

  @Test
  void goesOnFromASavepointOfAnEarlierBuild() throws Exception {
    Path savepoint = unzip(directory.resolve("stored"));
    try (TestKafka kafka = new TestKafka()) {
      TopicNames names = kafka.topics("upgrade");
      kafka.send(names.images(), images(0, STORED_IMAGES)); // the job does not read them again
      kafka.send(names.images(), images(STORED_IMAGES, NEW_IMAGES));

      run(
          kafka,
          names,
          settings(kafka, names)
              .with(StateRecoveryOptions.SAVEPOINT_PATH, savepoint.toUri().toString()),
          true);

      List<Long> steps = kafka.metrics(names).stream().map(TrainingMetrics::getStep).toList();
      assertThat(steps.get(0)).isEqualTo(STORED_STEPS + 1);
      assertThat(steps).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(10);
      assertThat(kafka.metrics(names))
          .allMatch(metrics -> metrics.getKnownClasses() == 5); // met before the savepoint
      assertThat(kafka.embeddings(names))
          .extracting(embedding -> embedding.getImageId())
          .contains("image-150")
          .as("replayed from a reservoir in the savepoint")
          .anyMatch(id -> Integer.parseInt(id.substring("image-".length())) < STORED_IMAGES / 2);
    }
  }

  /** Its files have no checksums, so Flink's own readers read them. */
  @Test
  void findsNoDamageInTheSavepointOfAnEarlierBuild() throws Exception {
    assertThat(CheckpointReview.of(unzip(directory.resolve("stored")).toString()))
        .allMatch(StateFinding::good)
        .anyMatch(finding -> finding.text().startsWith("it has none: an earlier release"))
        .anyMatch(finding -> finding.part().equals("embed-images 0 keyed"));
  }

  @Test
  @EnabledIfSystemProperty(named = "savepoint.write", matches = ".+")
  void writeTheStoredSavepoint() throws Exception {
    try (TestKafka kafka = new TestKafka()) {
      TopicNames names = kafka.topics("upgrade");
      kafka.send(names.images(), images(0, STORED_IMAGES));
      String savepoint = run(kafka, names, settings(kafka, names), false);
      assertThat(kafka.metrics(names)).hasSize((int) STORED_STEPS);
      zip(Path.of(URI.create(savepoint)), Path.of(System.getProperty("savepoint.write")));
    }
  }

  private JobSettings settings(TestKafka kafka, TopicNames names) {
    return kafka
        .settings(names, directory.resolve("checkpoints"))
        .with(JobOptions.INPUT_ON_MISSING_OFFSETS, OnMissingOffsets.SKIP) // a broker of another day
        .with(JobOptions.MODEL_HEIGHT, 8)
        .with(JobOptions.MODEL_WIDTH, 8)
        .with(JobOptions.MODEL_EMBEDDING_DIMENSION, 8)
        .with(JobOptions.MODEL_MAX_CLASSES, 16)
        .with(JobOptions.WINDOW_RESERVOIR_PER_CLASS, 8)
        .with(JobOptions.EMBED_EVERY_STEPS, 4); // whose weights the savepoint names, and are gone
  }

  /** Runs a job until it has taken all input and ends it with a savepoint. */
  private String run(TestKafka kafka, TopicNames names, JobSettings settings, boolean drain)
      throws Exception {
    try (TestCluster cluster = new TestCluster(1, 1)) {
      JobClient job = cluster.submit(settings);
      await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
      return TestCluster.stop(job, directory.resolve("savepoints"), drain);
    }
  }

  private static List<byte[]> images(int from, int count) {
    List<byte[]> values = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      int c = i % 5;
      values.add(Fixtures.envelope("image-" + i, "default", "class-" + c, Fixtures.png(c, i)));
    }
    return values;
  }

  private static Path unzip(Path target) throws IOException {
    Files.createDirectories(target);
    try (InputStream in = SavepointUpgradeITCase.class.getResourceAsStream(STORED);
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Files.copy(zip, target.resolve(entry.getName()));
      }
    }
    return target;
  }

  private static void zip(Path folder, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file));
        Stream<Path> files = Files.list(folder)) {
      for (Path each : files.sorted().toList()) {
        zip.putNextEntry(new ZipEntry(each.getFileName().toString()));
        Files.copy(each, zip);
      }
    }
  }
}
