package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every array has an owner that closes it: the memory of the process stays flat over many steps.
 */
class NativeMemoryTest {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int WARM_UP = 300;
  private static final int MEASURED = 500;
  private static final long BOUND_KILOBYTES =
      24_000; // one leaked parameter gradient a step would be over 500 MB

  private static long residentKilobytes() throws IOException {
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void staysFlatOverManySteps() throws IOException {
    assumeTrue(Files.exists(STATUS), "only Linux tells the resident size");
    ModelConfig config = Batches.smallCnn();
    List<String> labels = Batches.labels(8, 4);
    PixelBatch images = Batches.pixels(config.input(), 8, 4, 3);
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      long warm = 0;
      for (int step = 0; step < WARM_UP + MEASURED; step++) {
        if (step == WARM_UP) {
          warm = residentKilobytes();
        }
        trainer.predict(images);
        trainer.learn(images, labels);
        trainer.embed(images);
      }

      assertThat(residentKilobytes() - warm).isLessThan(BOUND_KILOBYTES);
    }
  }
}
