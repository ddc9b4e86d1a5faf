package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.network.Backbone;
import io.rankstream.model.network.PixelBatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that ends while a backward pass runs in native code. */
class ExitInAPassTest {

  private static final int EXIT_CODE = 7;
  private static final long LOOK_EVERY_NANOS = 1_000_000;

  @TempDir private Path directory;

  @Test
  void theProcessEndsWithItsExitCode() throws Exception {
    Path printed = directory.resolve("printed");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Doffline=true",
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .directory(directory.toFile()) // for what a JVM that crashes writes
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();

    assertThat(process.waitFor()).as(Files.readString(printed)).isEqualTo(EXIT_CODE);
  }

  /** Trains, and ends when a pass is seen that has begun. */
  static final class Child {

    private Child() {}

    public static void main(String[] arguments) {
      ExitGate.closeAtExit();
      Thread training = new Thread(Child::train, "training");
      training.setDaemon(true);
      training.start();
      boolean isInside = false;
      while (!isInside && training.isAlive()) {
        LockSupport.parkNanos(LOOK_EVERY_NANOS);
        isInside = isInAPass(training);
      }
      System.exit(isInside ? EXIT_CODE : 1);
    }

    private static boolean isInAPass(Thread training) {
      StackTraceElement[] stack = training.getStackTrace();
      return Arrays.stream(stack).anyMatch(frame -> frame.getMethodName().equals("torchBackward"));
    }

    private static void train() {
      InputSpec input = new InputSpec(3, 160, 160, Normalization.IMAGENET);
      List<String> labels = Batches.labels(8, 4);
      PixelBatch images = Batches.pixels(input, 8, 4, 3);
      try (OnlineTrainer trainer =
          OnlineTrainer.create(Batches.config(Backbone.RESNET18, input), Device.cpu())) {
        while (true) {
          trainer.learn(images, labels);
        }
      }
    }
  }
}
