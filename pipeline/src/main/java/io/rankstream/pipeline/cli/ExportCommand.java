package io.rankstream.pipeline.cli;

import io.rankstream.model.ModelSnapshot;
import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.tools.evaluate.CheckpointModels;
import io.rankstream.pipeline.train.StoredModel;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes the model in a checkpoint to a file. */
@Command(
    name = "export",
    description = "Write the model in a checkpoint or savepoint as a safetensors file.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  rankstream export --from ~/.local/state/rankstream/checkpoints/JOB/chk-42 --out model.safetensors"
    })
final class ExportCommand implements Callable<Integer> {

  @Spec CommandSpec spec;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "DIRECTORY",
      description = "Checkpoint or savepoint: a path, or a URI of a file system that Flink knows.")
  String from;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "File to write.")
  Path file;

  @Option(
      names = "--stream",
      defaultValue = "default",
      description = "Stream of the model (default: ${DEFAULT-VALUE}).")
  String stream;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, StoredModel> models = CheckpointModels.read(from);
    try {
      StoredModel stored = models.get(stream);
      if (stored == null) {
        throw new UsageException(
            "Invalid stream: %s (the checkpoint has models of %s)"
                .formatted(stream, models.keySet()));
      }

      ModelSnapshot model = stored.snapshot();
      write(stored);
      out.printf(
          "%s: %s after %,d steps, %d classes, %,d bytes%n",
          file, model.spaceIdSuffix(), model.step(), model.labels().size(), Files.size(file));
      out.flush();
    } finally {
      models.values().forEach(StoredModel::close);
    }
    return 0;
  }

  /** The file has its name only when it is whole. */
  private void write(StoredModel stored) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
        stored.snapshot().export(stream, stored.lineage(), out);
      }
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
