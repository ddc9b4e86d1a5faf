package io.rankstream.lab.cli;

import io.rankstream.lab.demo.Demo;
import io.rankstream.lab.demo.DemoPlan;
import io.rankstream.pipeline.tools.dataset.Split;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
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

  private static final int CLASSES = 4;
  private static final int IMAGES = 40; // of a class and split
  private static final int SIDE = 28;

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
    Random random = new Random(0);
    for (Split split : List.of(Split.TRAIN, Split.TEST)) {
      for (int c = 0; c < CLASSES; c++) {
        Path folder =
            directory.resolve(split.name().toLowerCase(Locale.ROOT)).resolve("class-" + c);
        Files.createDirectories(folder);
        for (int i = 0; i < IMAGES; i++) {
          ImageIO.write(noise(random), "png", folder.resolve(i + ".png").toFile());
        }
      }
    }
  }

  private static BufferedImage noise(Random random) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        image.getRaster().setSample(x, y, 0, random.nextInt(256));
      }
    }
    return image;
  }
}
