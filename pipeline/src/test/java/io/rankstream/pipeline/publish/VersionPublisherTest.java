package io.rankstream.pipeline.publish;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.CountersByName;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.VersionsConfig;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.PrequentialFigures;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.flink.streaming.runtime.tasks.TestProcessingTimeService;
import org.apache.flink.util.function.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionPublisherTest {

  private static final JobConfig CONFIG = Fixtures.config("model.embedding-dimension", "16");
  private static final String LINEAGE = "0198c3f2a100-00112233445566aa";
  private static final long START = 1_700_000_000_000L;

  private final OnlineTrainer trainer = OnlineTrainer.create(CONFIG.model(), Device.cpu());
  private final BlockingQueue<ThrowingRunnable<Exception>> mails = new LinkedBlockingQueue<>();
  private final TestProcessingTimeService timers = new TestProcessingTimeService();
  private final List<ModelVersion> announced = new ArrayList<>();
  private final CountersByName counters = new CountersByName();
  private VersionLedger ledger = new VersionLedger(START);
  private VersionPublisher publisher;

  @TempDir private Path directory;
  private Path store;

  @BeforeEach
  void startPublisher() {
    store = directory.resolve("models");
    publisher = publisher(0);
  }

  @AfterEach
  void close() throws Exception {
    publisher.close();
    trainer.close();
  }

  @Test
  void announcesAVersionWhenTheCheckpointThatHoldsItIsComplete() throws Exception {
    offerNext();
    awaitIdle();
    assertThat(names()).singleElement().asString().startsWith("v000000001.safetensors.part-");
    publisher.completed(4); // its barrier was before the version
    publisher.barrier(5);
    assertThat(announced).isEmpty();

    publisher.completed(5);
    awaitIdle();

    ModelVersion version = announced.get(0);
    assertThat(announced).hasSize(1);
    assertThat(version.getModelVersion()).isEqualTo(1);
    assertThat(version.getLineage()).isEqualTo(LINEAGE);
    assertThat(version.getParentLineage()).isEqualTo("parent");
    assertThat(names())
        .containsExactly(
            "v000000001-%s.safetensors".formatted(version.getSha256().substring(0, 12)));
    assertThatTheFileIsTheAnnouncedOne(version);
  }

  @Test
  void aStoreThatFailsIsTriedAgainWithTheNewestVersionUntilItWorks() throws Exception {
    Files.writeString(store, "in the way of the directory");
    offerNext();
    runMails(1);
    offerNext();
    offerNext();
    assertThat(counters.of("numVersionFailures")).isEqualTo(1);
    assertThat(counters.of("numVersionsReplaced")).isEqualTo(2);
    for (int pause = 1; pause <= 64; pause *= 2) { // seconds; 60 is the longest pause
      timers.advance(Math.min(60, pause) * 1000L);
      runMails(1);
    }
    assertThat(counters.of("numVersionFailures")).isEqualTo(8);
    assertThat(publisher.isIdle()).isFalse();

    Files.delete(store);
    timers.advance(60_000);
    runMails(1);
    publisher.barrier(1);
    publisher.completed(1);
    awaitIdle();

    assertThat(announced).extracting(ModelVersion::getModelVersion).containsExactly(3L);
    assertThatTheFileIsTheAnnouncedOne(announced.get(0));
  }

  @Test
  void aCrashBetweenCheckpointAndRenameIsFinishedAfterTheRestoreAndNeverWithOtherBytes()
      throws Exception {
    offerNext();
    awaitIdle();
    publisher.barrier(1);
    VersionLedger state = VersionScheduleTest.throughState(ledger);
    publisher.close();

    publisher = publisher(0);
    publisher.restore(state, "a", trainer.spaceId("a"), LINEAGE);
    awaitIdle();
    assertThat(announced).hasSize(1);
    publisher.close(); // and once more: the announcement was not committed
    publisher = publisher(0);
    publisher.restore(VersionScheduleTest.throughState(ledger), "a", trainer.spaceId("a"), LINEAGE);
    awaitIdle();

    assertThat(announced).hasSize(2).extracting(ModelVersion::getSha256).containsOnly(sha256());
    assertThat(names()).hasSize(1);
  }

  @Test
  void aRestoreDeletesTheTemporaryFilesOfItsLineageThatNoPointerRefersTo() throws Exception {
    offerNext();
    awaitIdle();
    Path lineage = ofLineage();
    Files.writeString(lineage.resolve("v000000009.safetensors.part-left-by-a-crash"), "half");
    Path other = Files.createDirectories(lineage.resolveSibling("0198c3f2a200-00112233445566aa"));
    Path foreign = Files.writeString(other.resolve("v000000009.safetensors.part-b"), "half");
    VersionLedger state = VersionScheduleTest.throughState(ledger);
    publisher.close();

    publisher = publisher(0);
    publisher.restore(state, "a", trainer.spaceId("a"), LINEAGE);
    awaitIdle();

    assertThat(announced).hasSize(1);
    assertThatTheFileIsTheAnnouncedOne(announced.get(0));
    assertThat(foreign).exists();
    try (Stream<Path> files = Files.list(lineage)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void keepsTheNewestFilesAndDeletesOlderOnesWhenANewerOneIsCommitted() throws Exception {
    publisher.close();
    publisher = publisher(2);
    for (int i = 1; i <= 4; i++) {
      offerNext();
      awaitIdle();
      publisher.barrier(10L * i);
      publisher.completed(10L * i);
      awaitIdle();
    }
    assertThat(names())
        .describedAs("the announcement of version 4 is not committed, that of 3 was")
        .extracting(name -> name.substring(0, 10))
        .containsExactly("v000000002", "v000000003", "v000000004");

    publisher.barrier(50);
    publisher.completed(50);
    awaitIdle();

    assertThat(names())
        .extracting(name -> name.substring(0, 10))
        .containsExactly("v000000003", "v000000004");
  }

  @Test
  void aVersionWhoseFileIsGoneIsCountedAndNotAnnounced() throws Exception {
    offerNext();
    awaitIdle();
    Files.delete(ofLineage().resolve(names().get(0)));

    publisher.barrier(1);
    publisher.completed(1);
    awaitIdle();

    assertThat(announced).isEmpty();
    assertThat(counters.of("numVersionsLost")).isEqualTo(1);
    assertThat(ledger.unannounced()).isEmpty();
  }

  @Test
  void atTheEndOfTheInputVersionsDoNotWaitForACheckpoint() throws Exception {
    offerNext();
    publisher.end();
    awaitIdle();

    assertThat(announced).hasSize(1);
    assertThatTheFileIsTheAnnouncedOne(announced.get(0));
  }

  @Test
  void theNameOfAStreamCannotLeaveTheDirectory() throws Exception {
    for (String stream : List.of("..", "../x y", "猫".repeat(128))) {
      offer(stream);
    }
    publisher.end();
    awaitIdle();

    assertThat(announced)
        .hasSize(3)
        .allSatisfy(
            version ->
                assertThat(Path.of(URI.create(version.getUri())).normalize().getParent())
                    .satisfies(
                        lineage ->
                            assertThat(lineage.getParent().getParent().getParent())
                                .isEqualTo(store)));
  }

  private VersionPublisher publisher(int keep) {
    return new VersionPublisher(
        new VersionsConfig(store.toString(), 1, Duration.ZERO, keep),
        true,
        mails::add,
        timers,
        counters,
        announced::add);
  }

  /** Takes a step and offers its version. */
  private void offerNext() {
    trainer.learn(new PixelBatch(4, 1, 28, 28, new byte[4 * 28 * 28]), List.of("x", "x", "y", "y"));
    offer("a");
  }

  private void offer(String stream) {
    publisher.offer(
        new CapturedVersion(
            trainer.copyWeights(stream, LINEAGE),
            ledger,
            "parent",
            7,
            PrequentialFigures.newBuilder().build(),
            START));
  }

  private void awaitIdle() throws Exception {
    while (!publisher.isIdle()) {
      runMails(1);
    }
  }

  private void runMails(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      mails.take().run();
    }
  }

  private Path ofLineage() {
    String space = trainer.spaceId("a").substring(2);
    return store.resolve("a").resolve(space).resolve(LINEAGE);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(ofLineage())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private String sha256() throws IOException {
    return DigestUtils.sha256Hex(Files.readAllBytes(ofLineage().resolve(names().get(0))));
  }

  private static void assertThatTheFileIsTheAnnouncedOne(ModelVersion version) throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(URI.create(version.getUri())));
    assertThat(version.getSha256()).isEqualTo(DigestUtils.sha256Hex(bytes));
    assertThat(version.getSizeBytes()).isEqualTo(bytes.length);
  }
}
