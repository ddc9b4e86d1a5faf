package io.rankstream.pipeline.tools.watch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.pipeline.kafka.KafkaFailure;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.tail.TopicTail;
import io.rankstream.pipeline.wire.RecordDecoder;
import io.rankstream.pipeline.wire.RecordKey;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/** Reads the output topics of a job like any consumer and shows them on a live page. */
public final class Watch implements AutoCloseable {

  private static final int LAST_STEPS = 100_000;
  private static final int LAST_EMBEDDINGS = 100_000;
  private static final int LAST_VERSIONS = 1000;
  private static final int LAST_LETTERS = 1000; // each holds a whole record

  private final LiveRun run = new LiveRun();
  private final Properties clients;
  private final Admin admin;
  private final Pictures pictures;
  private final PageServer server;
  private final KafkaProbe probe;
  private final ExecutorService readers =
      Executors.newCachedThreadPool(new ExecutorThreadFactory("watch-topics"));
  private final RecordDecoder decoder;
  private final String embeddings;
  private volatile boolean closed;

  private Watch(
      Properties clients,
      TopicNames topics,
      JobConfig.Registry registry,
      Admin admin,
      String host,
      int port)
      throws IOException {
    this.embeddings = topics.embeddings();
    this.decoder = new RecordDecoder(registry);
    this.clients = clients;
    this.admin = admin;
    this.pictures = new Pictures(clients, registry);
    try {
      this.server = new PageServer(run, pictures, host, port);
    } catch (IOException e) {
      pictures.close();
      throw e;
    }
    this.probe = new KafkaProbe(admin, run);
  }

  /**
   * Starts reading and serving. A missing topic is read as soon as it exists.
   *
   * @param clients Kafka client settings
   * @param topics the topics of the job
   * @param registry registry with the schemas of records in the Confluent format
   * @param host address to listen on
   * @param port first port to try; 0 takes any
   * @throws ExecutionException when Kafka does not answer
   */
  public static Watch start(
      Properties clients, TopicNames topics, JobConfig.Registry registry, String host, int port)
      throws IOException, ExecutionException, InterruptedException {
    Admin admin = Admin.create(ClientSettings.admin(clients));
    try {
      admin.listTopics().names().get();
      Watch watch = new Watch(clients, topics, registry, admin, host, port);
      watch.follow(topics.metrics(), LAST_STEPS);
      watch.follow(topics.embeddings(), LAST_EMBEDDINGS);
      watch.follow(topics.modelVersions(), LAST_VERSIONS);
      watch.follow(topics.deadLetters(), LAST_LETTERS);
      return watch;
    } catch (IOException | ExecutionException | InterruptedException e) {
      admin.close();
      throw e;
    }
  }

  /** Address of the page. */
  public URI uri() {
    return server.uri();
  }

  /**
   * The current embedding map of the first stream with its pictures, for a page that needs no
   * server; empty before the first embedding.
   *
   * @throws IOException when a picture cannot be encoded
   */
  public Optional<ObjectNode> map() throws IOException {
    Optional<LiveStream> stream = run.stream(null);
    return stream.isEmpty()
        ? Optional.empty()
        : Optional.of(new MapSnapshot(stream.get(), pictures).json());
  }

  @Override
  public void close() {
    closed = true;
    probe.close();
    server.close();
    readers.shutdown();
    try {
      if (!readers.awaitTermination(10, TimeUnit.SECONDS)) {
        readers.shutdownNow();
      }
    } catch (InterruptedException e) {
      readers.shutdownNow();
      Thread.currentThread().interrupt();
    }
    pictures.close();
    admin.close();
  }

  private void follow(String topic, int last) {
    readers.execute(
        () -> {
          try {
            awaitTopic(topic);
            new TopicTail(clients).read(topic, last, () -> !closed, this::read);
          } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
          } catch (KafkaException e) {
            run.problem(topic, e.getMessage());
          }
        });
  }

  private void awaitTopic(String topic) throws InterruptedException {
    while (!closed) {
      try {
        if (admin.listTopics().names().get().contains(topic)) {
          run.problem(topic, null);
          return;
        }
        run.problem(
            topic, "the topic does not exist yet: start the job, or correct the topic's name");
      } catch (ExecutionException e) { // the probe tells when Kafka is gone
        run.problem(topic, KafkaFailure.sentence(e));
      }
      TimeUnit.SECONDS.sleep(1);
    }
  }

  private boolean read(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      if (record.topic().equals(embeddings)) {
        RecordKey.parse(record.key()).ifPresent(run::forget);
      }
    } else {
      try {
        SpecificRecord decoded = decoder.decode(record.value());
        run.add(decoded, Place.of(record));
      } catch (IOException | AvroRuntimeException e) {
        run.problem(
            record.topic(), "the record at offset %d cannot be read".formatted(record.offset()));
      }
    }
    return !closed;
  }
}
