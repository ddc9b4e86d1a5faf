package io.rankstream.pipeline.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.messages.Acknowledge;
import org.apache.flink.runtime.operators.coordination.MockOperatorCoordinatorContext;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The coordinator as the JobManager calls it. */
class RoundCoordinatorTest {

  private static final OperatorID OPERATOR = new OperatorID(1, 2);

  /** What was sent to a subtask; another thread sends. */
  private record Received(int subtask, List<OperatorEvent> events)
      implements OperatorCoordinator.SubtaskGateway {

    private Received(int subtask) {
      this(subtask, new CopyOnWriteArrayList<>());
    }

    @Override
    public CompletableFuture<Acknowledge> sendEvent(OperatorEvent event) {
      events.add(event);
      return CompletableFuture.completedFuture(Acknowledge.get());
    }

    @Override
    public ExecutionAttemptID getExecution() {
      return ExecutionAttemptID.randomId();
    }

    @Override
    public int getSubtask() {
      return subtask;
    }
  }

  @TempDir private Path directory;

  private final MockOperatorCoordinatorContext context =
      new MockOperatorCoordinatorContext(OPERATOR, 2);
  private RoundCoordinator coordinator;

  @BeforeEach
  void create() {
    coordinator =
        (RoundCoordinator)
            new RoundCoordinatorProvider(OPERATOR, rounds().toUri().toString()).create(context);
  }

  @AfterEach
  void close() {
    coordinator.close();
  }

  @Test
  void aCheckpointWaitsForTheAverageThatIsOnItsWay() throws Exception {
    coordinator.start();
    List<Received> tasks = runTasks(0);
    handIn(0);
    await().until(() -> averages(tasks, 0) == 1 && averages(tasks, 1) == 1);

    CompletableFuture<byte[]> checkpoint = new CompletableFuture<>();
    coordinator.checkpointCoordinator(1, checkpoint);
    coordinator.handleEventFromOperator(0, 0, new Applied("s", 0, 0));
    await().until(() -> averages(tasks, 1) == 2); // it is told again, and the checkpoint waits
    assertThat(checkpoint).isNotDone();
    coordinator.handleEventFromOperator(1, 0, new Applied("s", 0, 1));

    assertThat(checkpoint.get()).as("the state is empty").isEmpty();
    for (int subtask = 0; subtask < 2; subtask++) {
      assertThat(tasks.get(subtask).events()).last().isEqualTo(new CheckpointComing(1, false));
    }
    await().until(() -> !Files.exists(file(0)) && !Files.exists(file(1)));
  }

  /** Flink fails a task that has finished and is sent a message. */
  @Test
  void aSubtaskThatHasEndedIsToldOfNoCheckpoint() throws Exception {
    coordinator.start();
    List<Received> tasks = runTasks(0);
    coordinator.handleEventFromOperator(0, 0, new Ending(true));
    coordinator.handleEventFromOperator(0, 0, new Ending(false));

    CompletableFuture<byte[]> checkpoint = new CompletableFuture<>();
    coordinator.checkpointCoordinator(1, checkpoint);

    assertThat(checkpoint.get()).isEmpty();
    assertThat(tasks.get(0).events()).isEmpty();
    assertThat(tasks.get(1).events()).containsExactly(new CheckpointComing(1, false));
  }

  /** As when another JobManager takes over, or the job fails as a whole. */
  @Test
  void afterAGlobalFailoverTheReplicasHandInAgain() throws Exception {
    coordinator.resetToCheckpoint(3, new byte[0]); // Flink does so before the start
    coordinator.start();
    List<Received> before = runTasks(0);
    handIn(0);
    await().until(() -> averages(before, 1) > 0);
    CompletableFuture<byte[]> checkpoint = new CompletableFuture<>();
    coordinator.checkpointCoordinator(4, checkpoint);

    coordinator.resetToCheckpoint(3, new byte[0]);
    List<Received> after = runTasks(1);
    handIn(1);
    await().until(() -> averages(after, 0) > 0 && averages(after, 1) > 0);

    assertThat(checkpoint)
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("A trainer failed");
    assertThat(context.isJobFailed()).isFalse();
  }

  @Test
  void theEndOfTheJobDeletesWhatReplicasHandedIn() throws Exception {
    coordinator.start();
    handIn(0);

    coordinator.close();

    await().until(() -> !Files.exists(file(0)) && !Files.exists(file(1)));
  }

  @Test
  void theJobShowsThatItLivesAndLeavesNoDirectory() throws Exception {
    Path dead = Files.createDirectories(rounds().resolve(new JobID().toString()));
    Files.setLastModifiedTime(dead, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    Path own = rounds().resolve(context.getJobID().toString());

    coordinator.start();
    await().until(() -> Files.exists(own.resolve("alive")) && !Files.exists(dead));
    coordinator.close();

    await().until(() -> !Files.exists(own));
  }

  @Test
  void aSubtaskThatFailsEndsTheRound() throws Exception {
    coordinator.start();
    List<Received> before = runTasks(0);
    coordinator.handleEventFromOperator(0, 0, handIn(0, 0));
    coordinator.executionAttemptFailed(1, 0, new IllegalStateException("test"));
    for (int subtask = 0; subtask < 2; subtask++) {
      coordinator.subtaskReset(subtask, 3);
    }
    List<Received> after = runTasks(1);
    coordinator.handleEventFromOperator(1, 1, handIn(0, 1));
    CompletableFuture<byte[]> checkpoint = new CompletableFuture<>();
    coordinator.checkpointCoordinator(4, checkpoint);
    checkpoint.get();
    assertThat(averages(after, 1)).as("the other one has to hand in again").isZero();

    coordinator.handleEventFromOperator(0, 1, handIn(0, 0));

    await().until(() -> averages(after, 0) > 0 && averages(after, 1) > 0);
    assertThat(averages(before, 0)).isZero();
  }

  @Test
  void anEventThatItDoesNotKnowFailsTheJob() {
    coordinator.start();

    coordinator.handleEventFromOperator(0, 0, new OperatorEvent() {});

    await().until(context::isJobFailed);
    assertThat(context.getJobFailureReason()).hasMessageContaining("Unknown event");
  }

  /** The ways to an attempt of both subtasks. */
  private List<Received> runTasks(int attempt) {
    List<Received> tasks = List.of(new Received(0), new Received(1));
    tasks.forEach(task -> coordinator.executionAttemptReady(task.subtask(), attempt, task));
    return tasks;
  }

  private void handIn(int attempt) throws Exception {
    for (int replica = 0; replica < 2; replica++) {
      Files.writeString(file(replica), "weights");
      coordinator.handleEventFromOperator(replica, attempt, handIn(0, replica));
    }
  }

  private HandIn handIn(long round, int replica) {
    HandIn plain = RoundSimulation.handIn(round, replica, 2, 2);
    return new HandIn("s", round, replica, plain.share(), file(replica).toUri().toString(), "");
  }

  private Path rounds() {
    return directory.resolve("rounds");
  }

  private Path file(int replica) {
    return directory.resolve(Integer.toString(replica));
  }

  private static long averages(List<Received> tasks, int subtask) {
    return tasks.get(subtask).events().stream().filter(event -> event instanceof Average).count();
  }
}
