package io.rankstream.pipeline.tools.redrive;

import static io.rankstream.pipeline.tools.redrive.RedriveTally.Fate.NOT_SELECTED;
import static io.rankstream.pipeline.tools.redrive.RedriveTally.Fate.RECORD_GONE;
import static io.rankstream.pipeline.tools.redrive.RedriveTally.Fate.SENT;
import static io.rankstream.pipeline.tools.redrive.RedriveTally.Fate.SENT_BEFORE;

import io.rankstream.model.text.Printable;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.RecordDecoder;
import io.rankstream.schemas.DeadLetter;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Sends the records of dead letters to the input topic again, each once. It ends where the topic of
 * the letters ended at its start, so it never meets what it causes itself.
 *
 * <p>What was sent is remembered in consumer groups, one for each reason, with a name in common. A
 * letter that one selection passes over stays open for another one.
 */
public final class Redrive {

  private static final Duration POLL = Duration.ofMillis(200);

  /** Stands for reasons that this release does not know: anyone may write any number of them. */
  private static final String OTHER_REASON = "(other)";

  private final Properties clients;
  private final RecordDecoder decoder;
  private final ImageEnvelope envelope;
  private final String name;
  private final Consumer<String> log;

  /**
   * @param clients Kafka client settings
   * @param registry source of the schemas of records in the Confluent format
   * @param name transactional id, and what the names of the consumer groups begin with
   * @param log called with a line for each record that is no dead letter
   */
  public Redrive(
      Properties clients, JobConfig.Registry registry, String name, Consumer<String> log) {
    this.clients = clients;
    this.decoder = new RecordDecoder(registry);
    this.envelope = new ImageEnvelope(registry);
    this.name = name;
    this.log = log;
  }

  /** The usual name for the redrives of a topic. */
  public static String nameFor(String letters) {
    return "rankstream-redrive-" + letters;
  }

  /**
   * Counts the letters that {@link #send} would send. It changes nothing.
   *
   * @param letters topic of the dead letters
   * @param to topic to send to, or null for the one that each record came from
   * @param limit largest number of letters to send
   */
  public RedriveTally count(String letters, LetterSelection selection, String to, long limit)
      throws IOException, ExecutionException, InterruptedException {
    RedriveTally tally = new RedriveTally();
    RecordSink nowhere =
        new RecordSink() {
          @Override
          public void take(Outgoing outgoing) {
            tally.add(outgoing.reason(), SENT);
            if (outgoing.record().redriven() > 0) {
              tally.addReturned(outgoing.reason());
            }
          }

          @Override
          public void finish() {}
        };
    try (KafkaConsumer<byte[], byte[]> consumer = reader()) {
      List<TopicPartition> partitions = Topics.partitions(consumer, letters);
      new Pass(consumer, groups(selection, partitions), selection, nowhere, to, tally)
          .run(partitions, limit);
    }
    return tally;
  }

  /**
   * Sends letters.
   *
   * @param letters topic of the dead letters
   * @param to topic to send to, or null for the one that each record came from
   * @param limit largest number of letters to send
   * @param rate letters a second; 0 for as fast as possible
   * @param progress called with each record that was handed to Kafka; it is committed later
   */
  public RedriveTally send(
      String letters,
      LetterSelection selection,
      String to,
      long limit,
      double rate,
      Consumer<RedriveTally> progress)
      throws IOException, ExecutionException, InterruptedException {
    RedriveTally tally = new RedriveTally();
    try (KafkaConsumer<byte[], byte[]> consumer = reader()) {
      List<TopicPartition> partitions = Topics.partitions(consumer, letters);
      if (to != null) {
        Topics.partitions(consumer, to); // or the broker would create it
      }
      try (TransactionalSender sender =
          new TransactionalSender(clients, name, to, rate, tally, progress)) {
        RedriveGroups groups = groups(selection, partitions);
        sender.commitTo(groups);
        new Pass(consumer, groups, selection, sender, to, tally).run(partitions, limit);
      }
    }
    return tally;
  }

  private KafkaConsumer<byte[], byte[]> reader() {
    return new KafkaConsumer<>(
        ClientSettings.committedReader(clients),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private RedriveGroups groups(LetterSelection selection, List<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    List<String> reasons = selection.reasons().stream().map(RejectionReason::name).toList();
    return new RedriveGroups(clients, name, reasons, partitions);
  }

  /** One pass over the letters. */
  private final class Pass {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final RedriveGroups groups;
    private final LetterSelection selection;
    private final RecordSink sink;
    private final RedriveTally tally;
    private final String to;
    private long taken;

    Pass(
        KafkaConsumer<byte[], byte[]> consumer,
        RedriveGroups groups,
        LetterSelection selection,
        RecordSink sink,
        String to,
        RedriveTally tally) {
      this.consumer = consumer;
      this.groups = groups;
      this.selection = selection;
      this.sink = sink;
      this.to = to;
      this.tally = tally;
    }

    void run(List<TopicPartition> partitions, long limit) throws IOException {
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      consumer
          .beginningOffsets(partitions)
          .forEach((each, first) -> consumer.seek(each, groups.startAt(each, first)));
      try (OriginalRecords originals = new OriginalRecords(clients)) {
        while (taken < limit && Topics.isBefore(consumer, ends)) {
          for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            if (taken < limit && record.offset() < ends.get(partition)) {
              read(partition, record, originals);
            }
          }
        }
      }
      sink.finish();
    }

    private void read(
        TopicPartition partition, ConsumerRecord<byte[], byte[]> record, OriginalRecords originals)
        throws IOException {
      Optional<DeadLetter> letter = letter(record);
      if (letter.isEmpty()) {
        tally.addUnreadable();
        return;
      }

      String reason = letter.get().getReason();
      if (selection.reason(letter.get()).isEmpty()) {
        tally.add(isKnown(reason) ? reason : OTHER_REASON, NOT_SELECTED);
        return;
      }

      PartitionProgress progress = groups.of(reason, partition);
      long from = progress.read(record.offset());
      if (progress.isSent(record.offset())) {
        tally.add(reason, SENT_BEFORE);
        return;
      }
      if (!selection.takes(record, letter.get())) {
        progress.passOver(record.offset());
        tally.add(reason, NOT_SELECTED);
        return;
      }

      Optional<OriginalRecord> original = originals.find(letter.get());
      if (original.isEmpty() || !isOfStream(original.get())) {
        progress.passOver(record.offset());
        tally.add(reason, original.isEmpty() ? RECORD_GONE : NOT_SELECTED);
        return;
      }

      if (to == null && originals.partitions(original.get().topic()) == 0) {
        throw new UsageException(
            "There is no topic %s any more, from which the record of %s-%d@%d came: name another with --to"
                .formatted(
                    original.get().topic(), record.topic(), record.partition(), record.offset()));
      }

      taken++;
      sink.take(new RecordSink.Outgoing(original.get(), reason, partition, from, record.offset()));
    }

    private boolean isOfStream(OriginalRecord record) {
      if (selection.stream() == null) {
        return true;
      }
      if (record.value() == null) {
        return false;
      }

      try {
        return envelope.open(record.value()).getStream().equals(selection.stream());
      } catch (RejectedException e) {
        return false; // nobody knows its stream
      }
    }
  }

  private static boolean isKnown(String reason) {
    return Arrays.stream(RejectionReason.values()).anyMatch(each -> each.name().equals(reason));
  }

  private Optional<DeadLetter> letter(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return unreadable(record, "it has no value");
    }

    try {
      return decoder.decode(record.value()) instanceof DeadLetter letter
          ? Optional.of(letter)
          : unreadable(record, "it is another record");
    } catch (IOException e) {
      return unreadable(record, e.getMessage());
    }
  }

  private Optional<DeadLetter> unreadable(ConsumerRecord<?, ?> record, String why) {
    log.accept(
        Printable.line(
            "%s-%d@%d is no dead letter and is passed over: %s"
                .formatted(record.topic(), record.partition(), record.offset(), why)));
    return Optional.empty();
  }
}
