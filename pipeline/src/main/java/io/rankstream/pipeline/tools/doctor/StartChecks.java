package io.rankstream.pipeline.tools.doctor;

import static io.rankstream.pipeline.config.JobOptions.INPUT_STREAMS;

import io.rankstream.model.Devices;
import io.rankstream.model.SnapshotRefusedException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.connect.SavedInput;
import io.rankstream.pipeline.store.StoredCheckpoint;
import io.rankstream.pipeline.tools.evaluate.CheckpointModels;
import io.rankstream.pipeline.tools.evaluate.CheckpointReview;
import io.rankstream.pipeline.tools.evaluate.StateFinding;
import io.rankstream.pipeline.train.StoredModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.jobgraph.OperatorID;

/** Checks whether a job can start from a checkpoint or savepoint. Reads it alone. */
public final class StartChecks {

  private final String location;
  private final JobConfig config;
  private final Map<OperatorID, Integer> operators;
  private final boolean ignoresUnclaimed;
  private StoredCheckpoint stored;

  /**
   * @param location directory of the checkpoint or savepoint
   * @param config configuration of the job that is to start from it
   * @param operators the operators of that job, with their maximum parallelism
   * @param ignoresUnclaimed whether state without an operator is left out
   */
  public StartChecks(
      String location,
      JobConfig config,
      Map<OperatorID, Integer> operators,
      boolean ignoresUnclaimed) {
    this.location = location;
    this.config = config;
    this.operators = operators;
    this.ignoresUnclaimed = ignoresUnclaimed;
  }

  /** Whether the checkpoint is whole and its state fits the job. */
  public List<Finding> state() {
    List<Finding> findings = new ArrayList<>();
    try {
      stored = StoredCheckpoint.open(location);
      findings.add(damage());
    } catch (IOException e) {
      return List.of(Finding.problem("checkpoint", e.getMessage()));
    }
    findings.add(operators());
    findings.addAll(models());
    return findings;
  }

  /** What the checkpoint keeps of the input; empty where it cannot be read. */
  public Optional<SavedInput> input() {
    if (stored == null) {
      return Optional.empty();
    }
    try {
      return SavedInput.find(stored.metadata().getOperatorStates());
    } catch (Exception e) { // damage, which was found before
      return Optional.empty();
    }
  }

  private Finding damage() {
    List<StateFinding> found = CheckpointReview.of(stored);
    String damaged =
        found.stream()
            .filter(finding -> !finding.good())
            .map(StateFinding::text)
            .collect(Collectors.joining("; "));
    return damaged.isEmpty()
        ? Finding.ok("checkpoint", found.get(0).text() + ", whole as far as its checksums tell")
        : Finding.problem("checkpoint", damaged);
  }

  private Finding operators() {
    List<String> unclaimed = new ArrayList<>();
    for (OperatorState each : stored.metadata().getOperatorStates()) {
      String name = each.getOperatorUid().orElse(each.getOperatorID().toString());
      Integer most = operators.get(each.getOperatorID());
      if (most == null && each.getStateSize() > 0) {
        unclaimed.add(name);
      } else if (most != null && most != each.getMaxParallelism()) {
        return Finding.problem(
            "operators",
            "The state of %s is divided into %d key groups, and the job has %d: set %s to %d"
                .formatted(
                    name,
                    each.getMaxParallelism(),
                    most,
                    PipelineOptions.MAX_PARALLELISM.key(),
                    each.getMaxParallelism()));
      }
    }
    if (unclaimed.isEmpty()) {
      return Finding.ok("operators", "every state of the checkpoint has its operator in the job");
    }
    return ignoresUnclaimed
        ? Finding.warning(
            "operators", "The job leaves out the state of " + String.join(", ", unclaimed))
        : Finding.problem(
            "operators",
            "The job has no operator for the state of %s: set batch.sampler, drift.anchors and embeddings.follow as they were, or %s = true to leave that state out"
                .formatted(
                    String.join(", ", unclaimed),
                    StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE.key()));
  }

  private List<Finding> models() {
    Map<String, StoredModel> models;
    try {
      models = CheckpointModels.read(stored, location);
    } catch (IOException e) {
      return List.of(Finding.warning("models", e.getMessage()));
    }
    try {
      List<Finding> findings = new ArrayList<>();
      models.forEach((stream, model) -> findings.add(model(stream, model)));
      new TreeSet<>(config.input().streams())
          .stream()
              .filter(stream -> !models.containsKey(stream))
              .map(
                  stream ->
                      Finding.warning(
                          "stream",
                          "The checkpoint has no model of the stream %s, which starts a new one: check the name in %s if that is not right"
                              .formatted(stream, INPUT_STREAMS.key())))
              .forEach(findings::add);
      findings.add(threads(models.values().iterator().next().threads()));
      return findings;
    } finally {
      models.values().forEach(StoredModel::close);
    }
  }

  private Finding model(String stream, StoredModel model) {
    if (!config.input().streams().contains(stream)) {
      return Finding.warning(
          "stream",
          "The checkpoint has a model of the stream %s, which leaves the state: add it to %s to keep it"
              .formatted(stream, INPUT_STREAMS.key()));
    }
    try {
      model.snapshot().requireArchitecture(config.model().architecture());
      return Finding.ok(
          "stream",
          "%s goes on after %,d steps, with %d classes"
              .formatted(stream, model.snapshot().step(), model.snapshot().labels().size()));
    } catch (SnapshotRefusedException e) {
      return Finding.problem("stream", "%s: %s".formatted(stream, e.getMessage()));
    }
  }

  private static Finding threads(int threads) {
    return threads == Devices.threads()
        ? Finding.ok("threads", "PyTorch has %d here, as in the checkpoint".formatted(threads))
        : Finding.warning(
            "threads",
            "PyTorch has %d thread(s) here, and had %d: the weights will differ in their last bits from those of a run that was not restarted. Set OMP_NUM_THREADS=%d to keep them equal"
                .formatted(Devices.threads(), threads, threads));
  }
}
