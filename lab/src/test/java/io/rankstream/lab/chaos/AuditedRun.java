package io.rankstream.lab.chaos;

import static io.rankstream.lab.chaos.JobOutput.again;
import static io.rankstream.lab.chaos.JobOutput.damagedImage;
import static io.rankstream.lab.chaos.JobOutput.embedding;
import static io.rankstream.lab.chaos.JobOutput.image;
import static io.rankstream.lab.chaos.JobOutput.letter;
import static io.rankstream.lab.chaos.JobOutput.record;
import static io.rankstream.lab.chaos.JobOutput.step;
import static io.rankstream.lab.chaos.JobOutput.unlabeled;
import static io.rankstream.lab.chaos.JobOutput.unlabeledImage;
import static io.rankstream.lab.chaos.JobOutput.version;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.audit.Origin;
import io.rankstream.pipeline.wire.RecordKey;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The output of a clean run, for tests that add a fault to it. */
abstract class AuditedRun {

  static final Origin DAMAGED = new Origin("images", 1, 7);
  static final RecordKey A = new RecordKey("stream-0", "a");

  @TempDir Path directory;

  final Auditor auditor = new Auditor();
  Path weights;
  ConsumerRecord<byte[], byte[]> damaged;

  @BeforeEach
  void aCleanRun() throws Exception {
    auditor.addInput(record(origin(0), image("a")));
    auditor.addInput(record(origin(1), image("b")));
    auditor.addInput(record(origin(2), image("b"))); // a producer that retries
    damaged = record(DAMAGED, damagedImage("c"));
    auditor.addInput(damaged);
    auditor.addInput(record(origin(9), unlabeledImage("u")));
    auditor.add(step("stream-0", 1));
    auditor.add(step("stream-1", 1));
    auditor.add(step("stream-0", 2));
    auditor.add(embedding("a", 0));
    auditor.add(embedding("b", 1));
    auditor.add(again("a", 2));
    auditor.add(letter(damaged));
    auditor.add(unlabeled("u", 1));
    weights = Files.writeString(directory.resolve("stream-0.safetensors"), file("weights"));
    auditor.add(version("stream-0", weights.toUri(), JobOutput.sha256(weights)));
  }

  /** A safetensors file has the length of its header, which is empty here, then the weights. */
  static String file(String weights) {
    return "\0".repeat(Long.BYTES) + weights;
  }

  static Origin origin(long offset) {
    return new Origin("images", 0, offset);
  }

  void assertOnlyFault(AuditFault fault, String... places) {
    Audit audit = auditor.audit();
    assertThat(audit.faults()).containsOnlyKeys(fault);
    assertThat(audit.found(fault)).containsExactly(places);
    assertThat(audit.isClean()).isFalse();
  }
}
