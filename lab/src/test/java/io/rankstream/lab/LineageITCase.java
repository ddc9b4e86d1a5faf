package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Endpoints;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.KafkaEndpoints;
import io.rankstream.pipeline.RankstreamJob;
import io.rankstream.pipeline.config.EngineDefaults;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.wire.RawRecordDeserializer;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What readers see of a model's timelines: over failures, savepoints, a rollback and a fork. */
class LineageITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int IMAGES_IN_A_PHASE = 160;
  private static final int CLASSES = 5;

  @TempDir static Path directory;
  private static TestKafka kafka;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new TestKafka();
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void readersEndWithTheNewestLineageAfterARollbackAndAFork() throws Exception {
    TopicNames names = kafka.topics("forked");
    JobSettings settings = settings(names, "forked");
    String first = runPhase(names, settings, 0, false);
    settings.with(StateRecoveryOptions.SAVEPOINT_PATH, first);
    runPhase(names, settings, 1, false); // goes on
    runPhase(names, settings, 2, false); // goes back to the savepoint
    settings.with(JobOptions.BATCH_TRAIN_EVERY, 32); // so it ends with a lower step than the others
    runPhase(names, settings, 3, true); // a second time

    Map<String, List<Long>> steps = new LinkedHashMap<>();
    kafka
        .metrics(names)
        .forEach(
            each ->
                steps
                    .computeIfAbsent(each.getLineage(), lineage -> new ArrayList<>())
                    .add(each.getStep()));
    List<String> lineages = List.copyOf(steps.keySet());
    assertThat(lineages).hasSize(4).isSorted();
    long saved = steps.get(lineages.get(0)).size();
    assertThat(steps.get(lineages.get(0))).isEqualTo(counted(0, saved));
    for (String branch : lineages.subList(1, 4)) {
      List<Long> ofBranch = steps.get(branch);
      assertThat(ofBranch).isNotEmpty().isEqualTo(counted(saved, saved + ofBranch.size()));
    }

    assertNewestEmbeddings(kafka.embeddings(names), lineages.get(3));
    List<ModelVersion> versions = kafka.modelVersions(names);
    assertThat(lineagesOfVersions(names)).isEqualTo(lineages);
    assertThat(versions)
        .filteredOn(version -> !version.getLineage().equals(lineages.get(0)))
        .allSatisfy(
            version -> {
              assertThat(version.getParentLineage()).isEqualTo(lineages.get(0));
              assertThat(version.getParentVersion()).isEqualTo(saved);
            });
    PublishedFiles.assertAsAnnounced(versions);
  }

  @Test
  void aFailureAndItsRestartKeepTheLineage() throws Exception {
    TopicNames names = kafka.topics("failing");
    JobSettings settings = settings(names, "failing");
    kafka.send(names.images(), images(0));
    try (TestCluster cluster = new TestCluster(1, 1)) {
      JobClient job = cluster.submit(failing(settings.configuration(), names));
      await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
      FailingOnce.DUE.set(true);
      kafka.send(names.images(), images(1));
      await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
      TestCluster.stop(job, directory.resolve("savepoints"), true);
    }

    assertThat(FailingOnce.DUE).as("the job is still to fail").isFalse();
    List<TrainingMetrics> metrics = kafka.metrics(names);
    assertThat(metrics.stream().map(TrainingMetrics::getLineage).distinct()).hasSize(1);
    assertThat(metrics).extracting(TrainingMetrics::getStep).isEqualTo(counted(0, metrics.size()));
    assertThat(kafka.embeddings(names))
        .extracting(ImageEmbedding::getLineage)
        .containsOnly(metrics.get(0).getLineage());
    PublishedFiles.assertAsAnnounced(kafka.modelVersions(names));
  }

  /**
   * The rule for "newer" must find the last record of each image, in whatever order they arrive.
   *
   * @param newest lineage of the last job, which has read the images of all phases but the first
   */
  private static void assertNewestEmbeddings(List<ImageEmbedding> inOrder, String newest) {
    Map<String, VersionRank> last = new HashMap<>();
    inOrder.forEach(each -> last.put(each.getImageId(), VersionRank.of(each)));
    List<ImageEmbedding> shuffled = new ArrayList<>(inOrder);
    Collections.shuffle(shuffled, new Random(3));
    Map<String, VersionRank> kept = new HashMap<>();
    shuffled.forEach(
        each ->
            kept.merge(
                each.getImageId(),
                VersionRank.of(each),
                (one, other) -> one.isNewerThan(other) ? one : other));

    assertThat(kept).hasSize(4 * IMAGES_IN_A_PHASE).isEqualTo(last);
    kept.forEach(
        (id, rank) -> {
          if (!id.startsWith("image-0-")) {
            assertThat(rank.lineage()).as(id).isEqualTo(newest);
          }
        });
  }

  private static String runPhase(TopicNames names, JobSettings settings, int phase, boolean drain)
      throws Exception {
    kafka.send(names.images(), images(phase));
    try (TestCluster cluster = new TestCluster(1, 1)) {
      JobClient job = cluster.submit(settings);
      await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
      await().atMost(PATIENCE).until(() -> lineagesOfVersions(names).size() > phase);
      return TestCluster.stop(job, directory.resolve("savepoints"), drain);
    }
  }

  private static List<String> lineagesOfVersions(TopicNames names) {
    return kafka.modelVersions(names).stream().map(ModelVersion::getLineage).distinct().toList();
  }

  private static JobSettings settings(TopicNames names, String name) {
    return kafka
        .settings(names, directory.resolve(name))
        .with(JobOptions.VERSIONS_DIRECTORY, directory.resolve(name + "-models").toUri().toString())
        .with(JobOptions.VERSIONS_EVERY_STEPS, 5L);
  }

  private static List<byte[]> images(int phase) {
    return Fixtures.phase(phase, IMAGES_IN_A_PHASE, CLASSES, List.of("default"));
  }

  /** The steps after one up to and with another. */
  private static List<Long> counted(long after, long last) {
    return LongStream.rangeClosed(after + 1, last).boxed().toList();
  }

  /** The job with a source that throws an exception when the test wants it. */
  private static StreamExecutionEnvironment failing(Configuration settings, TopicNames names) {
    JobConfig config = JobConfig.from(settings);
    Endpoints ends = KafkaEndpoints.from(config);
    KafkaSource<RawRecord> source =
        KafkaSource.<RawRecord>builder()
            .setProperties(config.kafka().properties())
            .setProperty("commit.offsets.on.checkpoint", "true")
            .setTopics(names.images())
            .setGroupId(config.input().groupId())
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setDeserializer(new FailingOnce())
            .build();
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(EngineDefaults.forLocal(settings));
    RankstreamJob.build(
        env,
        config,
        new Endpoints(
            source,
            ends.embeddings(),
            ends.metrics(),
            ends.modelVersions(),
            ends.deadLetters(),
            ends.epochs()));
    return env;
  }

  /** Reads records as the job does, and throws an exception once when that is due. */
  private static final class FailingOnce implements KafkaRecordDeserializationSchema<RawRecord> {

    private static final long serialVersionUID = 1L;

    /** The cluster is in this process. */
    private static final AtomicBoolean DUE = new AtomicBoolean();

    private final RawRecordDeserializer records = new RawRecordDeserializer();

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RawRecord> out)
        throws IOException {
      boolean inTheMiddle = record.offset() == IMAGES_IN_A_PHASE + IMAGES_IN_A_PHASE / 2;
      if (inTheMiddle && DUE.compareAndSet(true, false)) {
        throw new IOException("The test wants the job to fail");
      }
      records.deserialize(record, out);
    }

    @Override
    public TypeInformation<RawRecord> getProducedType() {
      return records.getProducedType();
    }
  }
}
