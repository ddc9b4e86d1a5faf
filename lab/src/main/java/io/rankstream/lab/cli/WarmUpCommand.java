package io.rankstream.lab.cli;

import io.rankstream.lab.demo.Demo;
import io.rankstream.lab.demo.DemoPlan;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.LabeledExample;
import io.rankstream.pipeline.tools.dataset.ProceduralDataset;
import io.rankstream.pipeline.tools.dataset.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.util.FileUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * What the launcher runs once after a build, so that the JVM can archive the classes of a start.
 */
@Command(
    name = "warm-up",
    hidden = true,
    description = "Run a tiny demo on drawn images, to load the classes that a start needs.",
    mixinStandardHelpOptions = true)
final class WarmUpCommand implements Callable<Integer> {

  private static final int PER_CLASS = 16; // in each split

  @Spec CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Path directory = Files.createTempDirectory("rankstream-warm-up");
    try {
      draw(directory);
      try (Demo demo = new Demo(plan(directory), spec.commandLine().getOut())) {
        demo.run();
      }
    } finally {
      FileUtils.deleteDirectory(directory.toFile());
    }
    return 0;
  }

  private static DemoPlan plan(Path directory) {
    return new DemoPlan(
        Optional.of(directory),
        1,
        false,
        false,
        0,
        8,
        0,
        8081,
        8070,
        false,
        directory.resolve("report.html"),
        List.of("rankstream", "warm-up"));
  }

  private static void draw(Path directory) throws IOException {
    for (Split split : Split.values()) {
      ImageDataset images = new ProceduralDataset(PER_CLASS, split);
      for (int i = 0; i < images.size(); i++) {
        LabeledExample image = images.example(i);
        Path folder =
            directory.resolve(split.name().toLowerCase(Locale.ROOT)).resolve(image.label());
        Files.write(Files.createDirectories(folder).resolve(i + ".png"), image.encoded());
      }
    }
  }
}
