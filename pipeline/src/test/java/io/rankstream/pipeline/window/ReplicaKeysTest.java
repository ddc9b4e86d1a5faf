package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.event.StreamKey;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;

class ReplicaKeysTest {

  @Test
  void replicasAreEvenOnPowersOfTwoOfSubtasks() {
    for (int salt : List.of(0, 7, 1_000_003)) {
      StreamKey stream = new StreamKey("s", salt);
      ReplicaKeys keys = new ReplicaKeys(128, 16);
      for (int replicas = 1; replicas <= 16; replicas *= 2) {
        for (int subtasks = 1; subtasks <= 32; subtasks *= 2) {
          int[] load = new int[subtasks];
          for (int replica = 0; replica < replicas; replica++) {
            load[
                KeyGroupRangeAssignment.assignKeyToParallelOperator(
                    keys.of(stream, replica), 128, subtasks)]++;
          }
          assertThat(IntStream.of(load).max().orElseThrow())
              .as("%d replicas on %d subtasks", replicas, subtasks)
              .isEqualTo(Math.max(1, replicas / subtasks));
        }
      }
    }
  }

  @Test
  void theFirstReplicaHasTheKeyOfTheStreamAndTheOthersKeepTheirs() {
    StreamKey stream = new StreamKey("s", 42);
    ReplicaKeys four = new ReplicaKeys(128, 4);
    ReplicaKeys sixteen = new ReplicaKeys(128, 16);

    assertThat(four.of(stream, 0)).isEqualTo(stream);
    for (int replica = 0; replica < 4; replica++) {
      assertThat(four.of(stream, replica)).isEqualTo(sixteen.of(stream, replica));
    }
  }

  /** Keys are told apart by their salts, which few key groups would make equal. */
  @Test
  void allReplicasHaveKeysOfTheirOwnWithFewKeyGroups() {
    ReplicaKeys keys = new ReplicaKeys(3, 16);
    StreamKey stream = new StreamKey("s", 1);

    assertThat(IntStream.range(0, 16).mapToObj(replica -> keys.of(stream, replica)))
        .doesNotHaveDuplicates()
        .allMatch(key -> key.stream().equals("s"));
  }
}
