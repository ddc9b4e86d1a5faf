package io.rankstream.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.cli.Rankstream;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.wire.RedrivenCount;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import picocli.CommandLine;

/** Runs the redrive command, and finds what came back. */
final class Redriven {

  private Redriven() {}

  /** The counts of the records that came back, by key. */
  static Map<String, List<Integer>> counts(TestKafka kafka, TopicNames names) throws Exception {
    awaitMarkers(kafka, names.images());
    Map<String, List<Integer>> counts = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : kafka.records(names.images())) {
      Header header = record.headers().lastHeader(RedrivenCount.HEADER);
      if (header != null) {
        counts
            .computeIfAbsent(new String(record.key(), UTF_8), key -> new ArrayList<>())
            .add(Integer.parseInt(new String(header.value(), UTF_8)));
      }
    }
    return counts;
  }

  /** Kafka answers a commit before all partitions show it; an open transaction shows none. */
  private static void awaitMarkers(TestKafka kafka, String topic) throws Exception {
    try (Admin admin = Admin.create(kafka.clients())) {
      await()
          .until(
              () ->
                  end(admin, topic, IsolationLevel.READ_COMMITTED)
                      == end(admin, topic, IsolationLevel.READ_UNCOMMITTED));
    }
  }

  private static long end(Admin admin, String topic, IsolationLevel level) throws Exception {
    TopicPartition partition = new TopicPartition(topic, 0);
    return admin
        .listOffsets(Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(level))
        .partitionResult(partition)
        .get()
        .offset();
  }

  /** The output of the command. */
  static String redrive(TestKafka kafka, TopicNames names, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "redrive",
                "--bootstrap-servers",
                kafka.clients().getProperty("bootstrap.servers"),
                "--topic",
                names.deadLetters()));
    arguments.addAll(Arrays.asList(more));
    StringWriter out = new StringWriter();
    CommandLine line = Rankstream.commandLine(each -> {});
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(out, true));
    assertThat(line.execute(arguments.toArray(String[]::new))).as(out.toString()).isZero();
    return out.toString();
  }
}
