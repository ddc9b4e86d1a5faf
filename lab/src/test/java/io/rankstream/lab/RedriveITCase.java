package io.rankstream.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.Origin;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.redrive.LetterSelection;
import io.rankstream.pipeline.tools.redrive.Redrive;
import io.rankstream.pipeline.tools.redrive.RedriveTally;
import io.rankstream.pipeline.tools.redrive.RedriveTally.Fate;
import io.rankstream.pipeline.wire.RedrivenCount;
import io.rankstream.schemas.DeadLetter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The redrive on a real broker: each letter once, whatever happens to the process. */
class RedriveITCase {

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
  void aRedriveThatIsKilledInTheMiddleAndRunAgainSendsNoLetterTwice() throws Exception {
    TopicNames names = kafka.topics("killed");
    writeLetters(names, 40);
    CountDownLatch middle = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    int[] handed = {0};
    CompletableFuture<RedriveTally> killed =
        CompletableFuture.supplyAsync(
            () ->
                send(
                    names,
                    20, // a transaction has twenty
                    tally -> {
                      if (++handed[0] == 27) {
                        middle.countDown();
                        awaitLatch(release);
                      }
                    }));
    middle.await();

    RedriveTally second = send(names, 0, tally -> {});
    release.countDown();

    assertThat(second.of(Fate.SENT)).isEqualTo(20);
    assertThatThrownBy(killed::join)
        .isInstanceOf(CompletionException.class)
        .hasStackTraceContaining("took over");
    assertThat(Redriven.counts(kafka, names)).hasSize(40);
    assertThat(Redriven.counts(kafka, names).values())
        .allMatch(counts -> counts.equals(List.of(1)));
    assertThat(send(names, 0, tally -> {}).of(Fate.SENT)).isZero();
  }

  @Test
  void aRedriveThatFailsInTheMiddleLeavesNoTransactionOpen() throws Exception {
    TopicNames names = kafka.topics("failing");
    writeLetters(names, 10);

    assertThatThrownBy(
            () ->
                send(
                    names,
                    0,
                    tally -> {
                      throw new IllegalStateException("stop");
                    }))
        .hasMessage("stop");

    assertThat(Redriven.counts(kafka, names)).isEmpty();
    kafka.send(names.images(), List.of(new byte[] {1}));
    assertThat(kafka.records(names.images())).hasSize(1); // no reader waits for the transaction
    assertThat(send(names, 0, tally -> {}).of(Fate.SENT)).isEqualTo(10);
  }

  @Test
  void whatOneSelectionPassesOverStaysForTheNext() throws Exception {
    TopicNames names = kafka.topics("selections");
    writeLetters(names, 12); // of the streams a and b in turn, the reasons change after six

    assertThat(Redriven.redrive(kafka, names, "--dry-run")).containsPattern("STREAM_UNKNOWN +6 ");
    assertThat(Redriven.counts(kafka, names)).isEmpty();
    assertThat(Redriven.redrive(kafka, names, "--stream", "b", "--reason", "stream-unknown"))
        .containsPattern("STREAM_UNKNOWN +3 +0 +3 ");
    assertThat(Redriven.counts(kafka, names)).containsOnlyKeys("letter-1", "letter-3", "letter-5");
    assertThat(Redriven.redrive(kafka, names, "--limit", "4"))
        .containsPattern("STREAM_UNKNOWN +3 +3 ");
    assertThat(Redriven.counts(kafka, names)).hasSize(7);
    Redriven.redrive(kafka, names);
    assertThat(Redriven.counts(kafka, names)).hasSize(12);
    assertThat(Redriven.counts(kafka, names).values())
        .allMatch(counts -> counts.equals(List.of(1)));

    Redriven.redrive(kafka, names, "--group", "anew");
    assertThat(Redriven.counts(kafka, names).values())
        .allMatch(counts -> counts.equals(List.of(1, 1)));
  }

  @Test
  void aLetterWithoutItsRecordFetchesItAndTellsWhenItIsGone() throws Exception {
    TopicNames names = kafka.topics("places");
    List<ProducerRecord<byte[], byte[]>> input = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      input.add(
          new ProducerRecord<>(
              names.images(),
              0,
              ("image-" + i).getBytes(UTF_8),
              new byte[] {(byte) i},
              new RecordHeaders().add("tenant", new byte[] {7})));
    }
    RecordSender.send(kafka.clients(), input);
    List<ProducerRecord<byte[], byte[]>> letters = new ArrayList<>();
    for (long offset : new long[] {1, 4, 2, 99}) {
      letters.add(letter(names, place(names, offset)));
    }
    RecordSender.send(kafka.clients(), letters);
    try (Admin admin = Admin.create(kafka.clients())) {
      admin
          .deleteRecords(
              Map.of(new TopicPartition(names.images(), 0), RecordsToDelete.beforeOffset(2)))
          .all()
          .get();
    }

    assertThat(Redriven.redrive(kafka, names))
        .containsPattern("LAG_SHED +2 +0 +0 +2 ")
        .contains("Records that are gone left their topic before");

    assertThat(Redriven.counts(kafka, names)).containsOnlyKeys("image-2", "image-4");
    ConsumerRecord<byte[], byte[]> again =
        kafka.records(names.images()).stream()
            .filter(record -> record.offset() > 5)
            .findFirst()
            .orElseThrow();
    assertThat(again.value()).containsExactly(4);
    assertThat(again.headers())
        .extracting(Header::key)
        .containsExactly("tenant", RedrivenCount.HEADER);
  }

  @Test
  void aRecordThatTheTopicRefusesIsToldAndHoldsUpNoOther() throws Exception {
    TopicNames names = kafka.topics("large");
    List<ProducerRecord<byte[], byte[]>> letters = new ArrayList<>();
    byte[] large = new byte[10_000];
    new Random(3).nextBytes(large);
    for (byte[] value : List.of(new byte[] {1}, large, new byte[] {2})) {
      letters.add(
          letter(
              names,
              DeadLetter.newBuilder(place(names, letters.size()))
                  .setReason("VALUE_TOO_LARGE")
                  .setComplete(true)
                  .setKey(ByteBuffer.wrap(("v" + letters.size()).getBytes(UTF_8)))
                  .setValue(ByteBuffer.wrap(value))
                  .build()));
    }
    RecordSender.send(kafka.clients(), letters);
    try (Admin admin = Admin.create(kafka.clients())) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, names.images()),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("max.message.bytes", "2000"), AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }

    assertThat(Redriven.redrive(kafka, names)).containsPattern("VALUE_TOO_LARGE +2 +0 +0 +0 +1\\b");

    assertThat(Redriven.counts(kafka, names)).containsOnlyKeys("v0", "v2");
    assertThat(Redriven.redrive(kafka, names)).containsPattern("VALUE_TOO_LARGE +0 +2 +0 +0 +1\\b");
  }

  /** Writes letters as the job would: streams a and b in turn, two reasons in two halves. */
  private static void writeLetters(TopicNames names, int count) throws Exception {
    List<ProducerRecord<byte[], byte[]>> letters = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = "letter-" + i;
      byte[] value = Fixtures.envelope(id, i % 2 == 0 ? "a" : "b", null, Fixtures.png(1, i));
      letters.add(
          letter(
              names,
              DeadLetter.newBuilder(place(names, i))
                  .setReason(i < count / 2 ? "STREAM_UNKNOWN" : "IMAGE_TOO_LARGE")
                  .setComplete(true)
                  .setKey(ByteBuffer.wrap(id.getBytes(UTF_8)))
                  .setValue(ByteBuffer.wrap(value))
                  .build()));
    }
    RecordSender.send(kafka.clients(), letters);
  }

  /** The letter of an image that was shed. */
  private static DeadLetter place(TopicNames names, long offset) {
    return RejectionReason.LAG_SHED.letter(
        new Origin(names.images(), 0, offset, 1_700_000_000_000L), "late");
  }

  private static ProducerRecord<byte[], byte[]> letter(TopicNames names, DeadLetter letter)
      throws Exception {
    return new ProducerRecord<>(names.deadLetters(), 0, null, letter.toByteBuffer().array());
  }

  private static RedriveTally send(TopicNames names, double rate, Consumer<RedriveTally> progress) {
    try {
      return new Redrive(
              kafka.clients(), JobConfig.Registry.none(), "r-" + names.images(), line -> {})
          .send(
              names.deadLetters(),
              LetterSelection.of(LetterSelection.healable()),
              null,
              Long.MAX_VALUE,
              rate,
              progress);
    } catch (IOException | ExecutionException e) {
      throw new CompletionException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException(e);
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
