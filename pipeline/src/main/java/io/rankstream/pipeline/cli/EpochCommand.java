package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.flink.JobRest;
import io.rankstream.pipeline.flink.RemoteJob;
import io.rankstream.pipeline.flink.SweepProgress;
import io.rankstream.pipeline.tools.epoch.EpochControl;
import io.rankstream.pipeline.tools.epoch.EpochHistory;
import io.rankstream.schemas.EpochAction;
import io.rankstream.schemas.EpochMark;
import io.rankstream.schemas.ModelVersion;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks for an epoch, gives one up, or tells what became of the last one. */
@Command(
    name = "epoch",
    description = {
      "Open an epoch of a stream, abort the open one, or show the last one.",
      "When an epoch opens, the job embeds every image of the input topic again with the newest version of the",
      "model. It is for jobs with embeddings.follow = epochs."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  rankstream epoch open --stream shop",
      "  rankstream epoch status --stream shop --flink http://localhost:8081   with the progress of the job there",
      "  rankstream epoch abort --stream shop"
    })
final class EpochCommand implements Callable<Integer> {

  /** What to do. */
  enum Action {
    OPEN,
    ABORT,
    STATUS
  }

  @Mixin KafkaOptions kafka;
  @Mixin RegistryOptions registry;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "ACTION", description = "What to do: open, abort or status.")
  Action action;

  @Option(
      names = "--stream",
      defaultValue = "default",
      paramLabel = "NAME",
      description = "Stream of the epoch (default: ${DEFAULT-VALUE}).")
  String stream;

  @Option(
      names = "--control-topic",
      paramLabel = "NAME",
      description = "Control topic of the job (default: rankstream-control).")
  String controlTopic = JobOptions.CONTROL_TOPIC.defaultValue();

  @Option(
      names = "--models-topic",
      paramLabel = "NAME",
      description = "Topic of the model versions, where the marks are (default: models.v1).")
  String modelsTopic = JobOptions.OUTPUT_MODEL_VERSIONS_TOPIC.defaultValue();

  @Option(
      names = "--flink",
      paramLabel = "URL",
      description = "Address of Flink's page, to show the progress of an open epoch.")
  URI flink;

  @Option(
      names = "--job",
      paramLabel = "ID",
      description = "Id of the job there, where more than one runs.")
  String job;

  @Override
  public Integer call() throws Exception {
    if (JobOptions.INPUT_STREAMS.problem(List.of(stream)).isPresent()) {
      throw new UsageException(
          "Invalid --stream: '%s' (must be a name that input.streams accepts)"
              .formatted(stream.replaceAll("\\p{Cntrl}", "?")));
    }

    Properties clients = kafka.connected();
    PrintWriter out = spec.commandLine().getOut();
    switch (action) {
      case OPEN -> {
        new EpochControl(clients, controlTopic).send(stream, EpochAction.OPEN);
        out.printf(
            "Asked for an epoch of stream %s in %s. The job opens it when its model has a newer version and no other epoch is open; rankstream epoch status shows it then.%n",
            stream, controlTopic);
      }
      case ABORT -> {
        new EpochControl(clients, controlTopic).send(stream, EpochAction.ABORT);
        out.printf("Asked to abort the epoch of stream %s in %s.%n", stream, controlTopic);
      }
      case STATUS -> {
        out.println(
            new EpochHistory(clients, modelsTopic, registry.config())
                .last(stream)
                .map(EpochCommand::text)
                .orElse("Stream %s: no epoch was opened".formatted(stream)));
        if (flink != null) {
          out.println(progress());
        }
      }
    }
    out.flush();
    return 0;
  }

  private String progress() throws Exception {
    try (RemoteJob remote = RemoteJob.find(flink, job)) {
      SweepProgress sweep = new JobRest(flink, remote.id()).sweep();
      return sweep.total() == 0
          ? "The job does not read its input topic again now"
          : String.format(
              Locale.ROOT,
              "The job has read %,d of %,d offsets of its input topic again (%.0f %%)",
              sweep.read(),
              sweep.total(),
              100.0 * sweep.read() / sweep.total());
    }
  }

  private static String text(ModelVersion version) {
    EpochMark epoch = version.getEpoch();
    String head =
        "Stream %s: epoch %d of version %d (lineage %s) "
            .formatted(
                version.getStream(),
                epoch.getNumber(),
                version.getModelVersion(),
                version.getLineage());
    return head
        + switch (epoch.getState()) {
          case OPENED ->
              "is open since %s; version %d (lineage %s) serves until it is complete"
                  .formatted(
                      epoch.getOpenedAt(), epoch.getPreviousVersion(), epoch.getPreviousLineage());
          case COMPLETE ->
              String.format(
                  Locale.ROOT,
                  "is complete since %s: %,d images embedded again, %,d changed meanwhile, %,d refused; read up to offsets %s",
                  version.getPublishedAt(),
                  epoch.getImages(),
                  epoch.getSuperseded(),
                  epoch.getRefused(),
                  offsets(epoch));
          case ABORTED ->
              "was aborted at %s; version %d (lineage %s) serves"
                  .formatted(
                      version.getPublishedAt(),
                      epoch.getPreviousVersion(),
                      epoch.getPreviousLineage());
        };
  }

  private static String offsets(EpochMark epoch) {
    return epoch.getPartitions().stream()
        .map(each -> each.getPartition() + ":" + each.getEndOffset())
        .collect(Collectors.joining(", "));
  }
}
