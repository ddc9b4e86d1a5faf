package io.rankstream.pipeline.cli;

import io.rankstream.model.ModelFile;
import io.rankstream.model.text.Printable;
import io.rankstream.pipeline.tools.evaluate.CheckpointReview;
import io.rankstream.pipeline.tools.evaluate.StateFinding;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads a checkpoint or a model file and says what is damaged. */
@Command(
    name = "verify",
    description = "Read a checkpoint, savepoint or model file to its end and say what is damaged.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  rankstream verify ~/.local/state/rankstream/checkpoints/JOB/chk-42"
    })
final class VerifyCommand implements Callable<Integer> {

  private static final String MODEL_FILE = ".safetensors";
  private static final String METADATA = "_metadata"; // of a checkpoint

  @Spec CommandSpec spec;

  @Parameters(
      paramLabel = "PATH",
      description =
          "Directory of a checkpoint or savepoint (a path, or a URI of a file system that Flink knows), or a .safetensors file.")
  String path;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (isModelFile()) {
      ModelFile file = ModelFile.read(Path.of(path));
      out.println(
          file.isChecked()
              ? "%s: good, its checksum matches; %d classes".formatted(path, file.labels().size())
              : "%s: its header and its size agree; another program wrote it, without a checksum"
                  .formatted(path));
      out.flush();
      return 0;
    }

    List<StateFinding> findings = CheckpointReview.of(path);
    findings.forEach(finding -> out.println(Printable.line(finding.toString())));
    out.flush();
    long damaged = findings.stream().filter(finding -> !finding.good()).count();
    if (damaged > 0) {
      throw new IOException(
          "%d of %d parts of %s are damaged: use an older checkpoint"
              .formatted(damaged, findings.size(), path));
    }

    return 0;
  }

  /** A file that is no part of a checkpoint is taken for a model, whatever its name. */
  private boolean isModelFile() {
    return path.endsWith(MODEL_FILE)
        || (Files.isRegularFile(Path.of(path)) && !path.endsWith(METADATA));
  }
}
