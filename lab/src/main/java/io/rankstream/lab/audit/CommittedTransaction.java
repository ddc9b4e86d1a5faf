package io.rankstream.lab.audit;

import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.record.ControlRecordType;
import org.apache.kafka.common.record.FileRecords;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;

/**
 * What one transaction wrote to a partition. Consumers do not see where a transaction ends, and
 * those of several producers lie among each other, so it is read from the files of the broker.
 *
 * @param producer id that the broker gave to the producer
 * @param values values of the records in their order, null for a tombstone
 */
public record CommittedTransaction(long producer, List<byte[]> values) {

  /**
   * The versions that embedded, by stream, each in the order of its first record.
   *
   * @throws IOException when a record is no embedding
   */
  public Map<String, Set<VersionRank>> versions() throws IOException {
    Map<String, Set<VersionRank>> versions = new TreeMap<>();
    for (byte[] value : values) {
      if (value != null) {
        ImageEmbedding embedding = ImageEmbedding.getDecoder().decode(value);
        versions
            .computeIfAbsent(embedding.getStream(), stream -> new LinkedHashSet<>())
            .add(VersionRank.of(embedding));
      }
    }
    return versions;
  }

  /**
   * Reads the committed transactions of each partition of a topic. What a transaction wrote to
   * several partitions is one entry for each.
   *
   * @param data directory that the broker keeps its partitions in
   */
  public static List<CommittedTransaction> read(Path data, String topic) throws IOException {
    List<CommittedTransaction> committed = new ArrayList<>();
    for (Path partition : partitions(data, topic)) {
      committed.addAll(read(partition));
    }
    return committed;
  }

  private static List<Path> partitions(Path data, String topic) throws IOException {
    Pattern name = Pattern.compile(Pattern.quote(topic) + "-\\d+");
    try (Stream<Path> directories = Files.list(data)) {
      return directories
          .filter(directory -> name.matcher(directory.getFileName().toString()).matches())
          .sorted()
          .toList();
    }
  }

  /**
   * Reads the committed transactions of a partition, in the order in which they were committed.
   *
   * @param partition directory of the partition at the broker
   */
  public static List<CommittedTransaction> read(Path partition) throws IOException {
    List<Path> segments;
    try (Stream<Path> files = Files.list(partition)) {
      segments = files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
    Map<Long, List<byte[]>> open = new HashMap<>();
    List<CommittedTransaction> committed = new ArrayList<>();
    for (Path segment : segments) {
      try (FileRecords records = FileRecords.open(segment.toFile(), false)) {
        for (RecordBatch batch : records.batches()) {
          read(batch, open, committed);
        }
      }
    }
    return committed;
  }

  private static void read(
      RecordBatch batch, Map<Long, List<byte[]>> open, List<CommittedTransaction> committed) {
    if (!batch.isTransactional()) {
      return;
    }

    for (Record each : batch) {
      if (!batch.isControlBatch()) {
        open.computeIfAbsent(batch.producerId(), id -> new ArrayList<>()).add(bytes(each.value()));
        continue;
      }
      List<byte[]> values = open.remove(batch.producerId());
      if (values != null && ControlRecordType.parse(each.key()) == ControlRecordType.COMMIT) {
        committed.add(new CommittedTransaction(batch.producerId(), values));
      }
    }
  }

  private static byte[] bytes(ByteBuffer value) {
    if (value == null) {
      return null;
    }

    byte[] bytes = new byte[value.remaining()];
    value.get(bytes);
    return bytes;
  }
}
