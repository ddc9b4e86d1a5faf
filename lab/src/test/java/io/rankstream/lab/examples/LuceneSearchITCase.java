package io.rankstream.lab.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.lab.JobOutput;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.EpochState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example with indexes of Lucene is killed again and again while a job goes through epochs. */
class LuceneSearchITCase {

  private static final TopicNames TOPICS = TopicNames.defaults();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int IMAGES = 40;
  private static final int DIMENSION = 8;

  @TempDir Path directory;
  private final Random random = new Random(7);

  /** What the index of a version must have. */
  private final Map<Long, Map<String, float[]>> expected = new TreeMap<>();

  @Test
  void goesOnFromTheLastCommitWhateverStopsIt() throws Exception {
    try (LocalRun kafka = LocalRun.start("lucene-search")) {
      kafka.create(TOPICS);
      try (JobOutput job = new JobOutput(kafka.clients(), TOPICS)) {
        long serving = 1;
        write(job, serving);
        indexUntilKilled(kafka, serving);
        for (long next : List.of(5L, 9L, 14L)) {
          job.commit(job.mark(next, EpochState.OPENED));
          write(job, serving, next);
          indexUntilKilled(kafka, serving);
          write(job, serving, next);
          indexUntilKilled(kafka, serving);
          sweep(job, serving, next);
          job.commit(job.mark(next, EpochState.COMPLETE));
          indexUntilKilled(kafka, serving, next);
          serving = next;
          write(job, serving);
        }

        try (SearchExample search = start(kafka)) {
          assertServes(search, serving);
        }
        try (SearchExample search = start(kafka)) {
          assertThat(versions(search)).as("at once").containsExactly(serving);
          assertServes(search, serving);
        }
        assertThat(indexes()).as("those before are deleted").containsExactly("L-14");
      }
    }
  }

  @Test
  void oneProgramAtATimeWritesAnIndex() throws Exception {
    try (LocalRun kafka = LocalRun.start("lucene-search")) {
      kafka.create(TOPICS);
      try (JobOutput job = new JobOutput(kafka.clients(), TOPICS)) {
        write(job, 1);
      }
      try (SearchExample first = start(kafka)) {
        first.awaitImages(expected.get(1L).size());

        List<String> arguments =
            List.of(
                kafka.bootstrapServers(),
                TOPICS.embeddings(),
                TOPICS.modelVersions(),
                "0",
                directory.resolve("indexes").toString());
        List<String> errors =
            new Programs(directory)
                .fail("second", 1, SearchExample.command(directory, "LuceneSearch", arguments));
        assertThat(errors.get(errors.size() - 1))
            .startsWith("error: ")
            .endsWith("is used by another program: stop that, or name another folder");
      }
    }
  }

  /** Some transactions with embeddings that replace others, and deletions, under each version. */
  private void write(JobOutput job, long... versions) throws Exception {
    for (int transaction = 0; transaction < 6; transaction++) {
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      for (int i = 0; i < IMAGES / 2; i++) {
        int image = random.nextInt(IMAGES);
        String id = "image-" + image;
        if (image != 0 && random.nextInt(10) == 0) { // the first one asks
          records.add(job.tombstone(id));
          expected.values().forEach(each -> each.remove(id));
        } else {
          for (long version : versions) {
            records.add(embedded(job, id, version));
          }
        }
      }
      commit(job, records);
    }
  }

  /** Embeds what the version before has and this one lacks, and an image that is deleted again. */
  private void sweep(JobOutput job, long before, long version) throws Exception {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    Set<String> missing = new TreeSet<>(expected.get(before).keySet());
    missing.removeAll(expected.get(version).keySet());
    for (String id : missing) {
      records.add(embedded(job, id, version));
    }
    records.add(job.embedding("forgotten", version, vector()));
    records.add(job.tombstoneOf("forgotten", version));
    commit(job, records);
  }

  private ProducerRecord<byte[], byte[]> embedded(JobOutput job, String id, long version)
      throws Exception {
    float[] vector = vector();
    expected.computeIfAbsent(version, each -> new TreeMap<>()).put(id, vector);
    return job.embedding(id, version, vector);
  }

  private float[] vector() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = random.nextFloat();
    }
    return vector;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of records
  private static void commit(JobOutput job, List<ProducerRecord<byte[], byte[]>> records) {
    job.commit(records.toArray(new ProducerRecord[0]));
  }

  /**
   * Kills the program at some point of its work, and again when the last of these versions answers.
   */
  private void indexUntilKilled(LocalRun kafka, Long... allowed) throws Exception {
    try (SearchExample search = start(kafka)) {
      int questions = random.nextInt(200);
      for (int i = 0; i < questions; i++) {
        assertThat(versions(search)).hasSizeLessThanOrEqualTo(1).isSubsetOf(allowed);
      }
    }
    Set<Long> last = Set.of(allowed[allowed.length - 1]);
    try (SearchExample search = start(kafka)) {
      await().atMost(SearchExample.PATIENCE).until(() -> versions(search).equals(last));
    }
  }

  private SearchExample start(LocalRun kafka) throws Exception {
    return SearchExample.start(
        SearchExample.Kind.LUCENE, directory, kafka.bootstrapServers(), TOPICS);
  }

  private Set<Long> versions(SearchExample search) throws Exception {
    Set<Long> versions = new TreeSet<>();
    JsonNode answer =
        JSON.readTree(
            search.ask("/neighbours?k=1000&id=image-0").body()); // an error has no elements
    answer.findValues("model_version").forEach(each -> versions.add(each.asLong()));
    return versions;
  }

  /** All images, each once, at the distances of their newest embeddings. */
  private void assertServes(SearchExample search, long version) throws Exception {
    Map<String, float[]> images = expected.get(version);
    String from = images.keySet().iterator().next();
    search.awaitCaughtUp();
    await()
        .atMost(SearchExample.PATIENCE)
        .untilAsserted(
            () -> {
              List<String> ids = new ArrayList<>();
              for (JsonNode each : search.neighbours(from)) {
                String id = each.get("id").asText();
                ids.add(id);
                assertThat(each.get("model_version").asLong()).isEqualTo(version);
                assertThat(each.get("squared_distance").asDouble())
                    .isCloseTo(squaredDistance(images.get(from), images.get(id)), within(1e-5));
              }
              ids.add(from);
              assertThat(ids).containsExactlyInAnyOrderElementsOf(images.keySet());
            });
  }

  private static double squaredDistance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = a[i] - b[i];
      sum += difference * difference;
    }
    return sum;
  }

  private Set<String> indexes() throws Exception {
    try (Stream<Path> found = Files.list(directory.resolve("indexes/stream-default"))) {
      return found.map(each -> each.getFileName().toString()).collect(Collectors.toSet());
    }
  }
}
