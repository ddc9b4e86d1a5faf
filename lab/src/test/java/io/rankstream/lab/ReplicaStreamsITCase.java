package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.RoundFaults.Access;
import io.rankstream.lab.RoundFaults.Fault;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The models of several streams have replicas in one job: each has rounds of its own. */
class ReplicaStreamsITCase {

  private static final List<String> STREAMS = List.of("cats", "dogs", "owls");

  @TempDir private static Path directory;

  @Test
  void eachStreamComesToTheWeightsThatItHasInOneTask() throws Exception {
    try (TestKafka kafka = new TestKafka()) {
      ReplicaRuns runs = new ReplicaRuns(kafka, directory);
      TopicNames inOneTask = kafka.topics("one");
      TopicNames inFour = kafka.topics("four");
      List<byte[]> images = Fixtures.phase(0, 900, 10, STREAMS);
      kafka.send(inOneTask.images(), images);
      kafka.send(inFour.images(), images);

      kafka.run(settings(runs, inOneTask, 1));
      RoundFaults.plan(
          List.of(new Fault(1, Access.WRITE, 2), new Fault(2, Access.READ, 3))); // of any stream
      kafka.run(
          settings(runs, inFour, 4)
              .with(
                  CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                  RoundFaults.uri(directory.resolve("four"))));

      assertThat(RoundFaults.left()).isEmpty();
      Map<String, String> digests = new HashMap<>();
      for (String stream : STREAMS) {
        assertThat(runs.assertEachBatchOnce(inFour, stream)).as(stream).isGreaterThan(20);
        digests.put(stream, runs.digestOfLastVersion(inFour, stream));
        assertThat(digests.get(stream))
            .as(stream)
            .isEqualTo(runs.digestOfLastVersion(inOneTask, stream));
      }
      assertThat(digests.values()).as("they are different models").doesNotHaveDuplicates();
    }
  }

  private static JobSettings settings(ReplicaRuns runs, TopicNames names, int parallelism) {
    return runs.settings(names, 2, parallelism)
        .with(JobOptions.INPUT_STREAMS, STREAMS)
        .with(JobOptions.INPUT_BOUNDED, true);
  }
}
