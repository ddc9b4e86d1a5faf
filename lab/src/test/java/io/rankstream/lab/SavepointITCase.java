package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.TrainingMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that is stopped with a savepoint goes on in another cluster, with another parallelism. */
class SavepointITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final List<String> STREAMS = List.of("north", "south", "east", "west");
  private static final int IMAGES_IN_A_PHASE = 200;

  @TempDir static Path directory;

  @Test
  void rescalesFromOneToTwoToFourToOne() throws Exception {
    try (TestKafka kafka = new TestKafka()) {
      TopicNames names = kafka.topics("rescaled");
      JobSettings settings =
          kafka
              .settings(names, directory.resolve("checkpoints"))
              .with(JobOptions.INPUT_STREAMS, STREAMS);
      List<Integer> parallelisms = List.of(1, 2, 4, 1);
      for (int phase = 0; phase < parallelisms.size(); phase++) {
        kafka.send(names.images(), images(phase));
        settings.with(CoreOptions.DEFAULT_PARALLELISM, parallelisms.get(phase));
        boolean last = phase == parallelisms.size() - 1;
        String savepoint = runUntilTaken(kafka, names, settings, last);
        settings.with(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
      }

      int images = parallelisms.size() * IMAGES_IN_A_PHASE;
      Set<String> ids =
          kafka.embeddings(names).stream()
              .map(ImageEmbedding::getImageId)
              .collect(Collectors.toSet());
      assertThat(ids).hasSize(images);
      assertThat(kafka.embeddings(names).stream().filter(each -> !each.getTrained()))
          .as("each image is embedded once when it arrives")
          .extracting(ImageEmbedding::getImageId)
          .doesNotHaveDuplicates();
      assertThat(kafka.deadLetters(names)).isEmpty();

      Map<String, Long> steps = new HashMap<>();
      for (TrainingMetrics metrics : kafka.metrics(names)) {
        long before = steps.getOrDefault(metrics.getStream(), 0L);
        assertThat(metrics.getStep()).as(metrics.getStream()).isEqualTo(before + 1);
        steps.put(metrics.getStream(), metrics.getStep());
      }
      assertThat(steps).containsOnlyKeys(STREAMS);
      long least = 3L * parallelisms.size();
      assertThat(steps.values()).allMatch(step -> step >= least);
    }
  }

  /** Each stream goes on with its own model, whatever happened to its neighbours in the list. */
  @Test
  void streamsAreAddedRemovedAndReordered() throws Exception {
    List<List<String>> lists =
        List.of(
            List.of("south", "north", "east"),
            List.of("west", "east", "north"),
            List.of("north", "south", "west", "center", "east"));
    try (TestKafka kafka = new TestKafka()) {
      TopicNames names = kafka.topics("relisted");
      JobSettings settings = kafka.settings(names, directory.resolve("relisted"));
      for (int phase = 0; phase < lists.size(); phase++) {
        List<String> streams = lists.get(phase);
        kafka.send(names.images(), images(phase, streams));
        settings
            .with(JobOptions.INPUT_STREAMS, streams)
            .with(CoreOptions.DEFAULT_PARALLELISM, 1 + phase);
        String savepoint = runUntilTaken(kafka, names, settings, phase == lists.size() - 1);
        settings.with(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
      }

      Set<Long> refused =
          kafka.deadLetters(names).stream()
              .map(DeadLetter::getSourceOffset)
              .collect(Collectors.toSet());
      // A batch of the removed stream that was in flight is not trained on: it is a dead letter.
      assertThat(kafka.deadLetters(names))
          .allMatch(letter -> letter.getReason().equals("STREAM_UNKNOWN"));
      assertThat(refused).allMatch(offset -> offset < IMAGES_IN_A_PHASE && offset % 3 == 0);
      assertThat(kafka.embeddings(names))
          .extracting(ImageEmbedding::getSourceOffset)
          .containsAll(
              LongStream.range(0, (long) lists.size() * IMAGES_IN_A_PHASE)
                  .filter(offset -> !refused.contains(offset))
                  .boxed()
                  .toList());
      Map<String, List<Long>> steps = new TreeMap<>();
      kafka
          .metrics(names)
          .forEach(
              each ->
                  steps
                      .computeIfAbsent(each.getStream(), name -> new ArrayList<>())
                      .add(each.getStep()));
      assertThat(steps).containsOnlyKeys("center", "east", "north", "south", "west");
      List<Long> south = steps.remove("south");
      int before = south.lastIndexOf(1L);
      assertThat(before).as("a removed stream leaves its model, and starts a new one").isPositive();
      assertThat(south.subList(0, before)).isEqualTo(counted(before));
      assertThat(south.subList(before, south.size())).isEqualTo(counted(south.size() - before));
      steps.forEach(
          (stream, ofStream) ->
              assertThat(ofStream).as(stream).isEqualTo(counted(ofStream.size())));
    }
  }

  private static List<Long> counted(int steps) {
    return LongStream.rangeClosed(1, steps).boxed().toList();
  }

  private static String runUntilTaken(
      TestKafka kafka, TopicNames names, JobSettings settings, boolean drain) throws Exception {
    try (TestCluster cluster = new TestCluster(2, 2)) {
      JobClient job = cluster.submit(settings);
      await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
      return TestCluster.stop(job, directory.resolve("savepoints"), drain);
    }
  }

  private static List<byte[]> images(int phase) {
    return images(phase, STREAMS);
  }

  private static List<byte[]> images(int phase, List<String> streams) {
    return Fixtures.phase(phase, IMAGES_IN_A_PHASE, 5, streams);
  }
}
