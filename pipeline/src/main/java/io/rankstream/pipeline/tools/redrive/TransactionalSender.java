package io.rankstream.pipeline.tools.redrive;

import static io.rankstream.pipeline.tools.redrive.RedriveTally.Fate.SENT;
import static io.rankstream.pipeline.tools.redrive.RedriveTally.Fate.TOO_LARGE;

import io.rankstream.pipeline.kafka.KafkaFailure;
import io.rankstream.pipeline.tools.feed.Pace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends records, and commits them in one Kafka transaction with the offsets of their letters. A
 * letter is thus sent once, wherever the process is killed.
 */
final class TransactionalSender implements RecordSink, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TransactionalSender.class);
  private static final int RECORDS_AT_ONCE = 500;
  private static final int BYTES_AT_ONCE = 8 << 20;

  private final KafkaProducer<byte[], byte[]> producer;
  private final String name;
  private final String to;
  private final Pace pace;
  private final int recordsAtOnce;
  private final RedriveTally tally;
  private final Consumer<RedriveTally> progress;
  private final List<Outgoing> waiting = new ArrayList<>();
  private RedriveGroups groups;
  private long waitingBytes;
  private long taken;
  private boolean isOpen;

  /**
   * Ends the transaction of an earlier process of this name, and that process if it still runs.
   *
   * @param clients Kafka client settings
   * @param name transactional id
   * @param to topic to send to, or null for the one that each record came from
   * @param rate records a second; 0 for as fast as possible
   * @param progress called with each record that was handed to Kafka
   */
  TransactionalSender(
      Properties clients,
      String name,
      String to,
      double rate,
      RedriveTally tally,
      Consumer<RedriveTally> progress) {
    Properties settings = new Properties();
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(16 << 20));
    settings.putAll(clients);
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, name);
    this.name = name;
    this.to = to;
    this.tally = tally;
    this.progress = progress;
    pace = new Pace(rate);
    // With a rate, a transaction for each second.
    recordsAtOnce = rate > 0 ? (int) Math.max(1, Math.min(RECORDS_AT_ONCE, rate)) : RECORDS_AT_ONCE;
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    try {
      producer.initTransactions();
    } catch (KafkaException e) {
      producer.close();
      throw e;
    }
  }

  /** Sets the groups to commit to, which can be read once no other process writes to them. */
  void commitTo(RedriveGroups groups) {
    this.groups = groups;
  }

  @Override
  public void take(Outgoing outgoing) throws IOException {
    pace.await(taken++);
    waiting.add(outgoing);
    byte[] value = outgoing.record().value();
    waitingBytes += value == null ? 0 : value.length;
    if (waiting.size() >= recordsAtOnce || waitingBytes >= BYTES_AT_ONCE) {
      finish();
    }
  }

  @Override
  public void finish() throws IOException {
    try {
      Set<Outgoing> refused = new HashSet<>();
      boolean isSingle = false;
      while (refused.size() < waiting.size() && !sendAndCommit(refused, isSingle)) {
        producer.abortTransaction();
        isOpen = false;
        isSingle = true; // Kafka refuses a request: others may be in it
      }
      waiting.forEach(each -> tally.add(each.reason(), refused.contains(each) ? TOO_LARGE : SENT));
      waiting.stream()
          .filter(each -> !refused.contains(each) && each.record().redriven() > 0)
          .forEach(each -> tally.addReturned(each.reason()));
    } catch (ProducerFencedException | InvalidProducerEpochException e) {
      throw new IOException(
          "Another redrive with the groups %s took over: let one finish, or give the other --group"
              .formatted(name),
          e);
    }
    waiting.clear();
    waitingBytes = 0;
  }

  /** Ends an open transaction, for which the readers of the topic would wait otherwise. */
  @Override
  public void close() {
    try {
      if (isOpen) {
        producer.abortTransaction();
      }
    } catch (KafkaException | IllegalStateException e) {
      LOG.warn("The transaction {} could not be aborted: {}", name, e.getMessage());
    } finally {
      producer.close();
    }
  }

  /**
   * Sends all that wait but the refused ones.
   *
   * @param refused records that the topic refuses; one more is added when each has its own request
   * @param isSingle whether each record has its own request
   * @return false when the transaction must be aborted, since a record was refused
   */
  private boolean sendAndCommit(Set<Outgoing> refused, boolean isSingle) throws IOException {
    producer.beginTransaction();
    isOpen = true;
    Map<Outgoing, Future<?>> sent = new LinkedHashMap<>();
    KafkaException failure = null;
    try {
      for (Outgoing each : waiting) {
        if (!refused.contains(each)) {
          sent.put(each, producer.send(each.record().again(to)));
          progress.accept(tally);
          if (isSingle) {
            producer.flush();
          }
        }
      }
      producer.flush();
    } catch (ProducerFencedException | InvalidProducerEpochException e) {
      throw e;
    } catch (KafkaException e) { // a record before it was refused
      failure = e;
    }

    Optional<Outgoing> tooLarge =
        sent.keySet().stream()
            .filter(each -> failureOf(sent.get(each)) instanceof RecordTooLargeException)
            .findFirst();
    if (tooLarge.isPresent()) { // the others may have failed for that
      if (isSingle) {
        refused.add(tooLarge.get());
      }
      return false;
    }
    for (Map.Entry<Outgoing, Future<?>> each : sent.entrySet()) {
      throwIfAny(failureOf(each.getValue()), each.getKey());
    }
    if (failure != null) {
      throw failure;
    }

    commit(refused);
    return true;
  }

  private void commit(Set<Outgoing> refused) {
    Map<String, Map<TopicPartition, OffsetAndMetadata>> offsets = new HashMap<>();
    for (Outgoing each : waiting) {
      PartitionProgress of = groups.of(each.reason(), each.partition());
      if (refused.contains(each)) {
        of.passOver(each.offset());
      } else {
        of.send(each.from(), each.offset());
        offsets.computeIfAbsent(each.reason(), reason -> new HashMap<>());
        offsets.get(each.reason()).put(each.partition(), null);
      }
    }
    offsets.forEach(
        (reason, partitions) -> {
          partitions.replaceAll((partition, none) -> groups.offset(reason, partition));
          producer.sendOffsetsToTransaction(partitions, group(groups.group(reason)));
        });
    producer.commitTransaction();
    isOpen = false;
  }

  @SuppressWarnings("removal") // otherwise each group would need a consumer of its own
  private static ConsumerGroupMetadata group(String name) {
    return new ConsumerGroupMetadata(name);
  }

  /** Why a record was not sent, or null when it was, or when the sending stopped before it. */
  private static Throwable failureOf(Future<?> sent) {
    if (!sent.isDone()) {
      return null;
    }

    try {
      sent.get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e;
    }
  }

  private static void throwIfAny(Throwable failure, Outgoing outgoing) throws IOException {
    if (failure instanceof ProducerFencedException
        || failure instanceof InvalidProducerEpochException) {
      throw (KafkaException) failure;
    }
    if (failure != null) {
      throw new IOException(
          "The record of %s-%d@%d cannot be sent: %s"
              .formatted(
                  outgoing.partition().topic(),
                  outgoing.partition().partition(),
                  outgoing.offset(),
                  KafkaFailure.sentence(failure)),
          failure);
    }
  }
}
