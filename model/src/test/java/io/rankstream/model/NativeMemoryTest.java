package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import io.rankstream.model.network.PixelBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Every array has an owner that closes it: the memory of the process stays flat over many steps.
 */
class NativeMemoryTest {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int STEPS = 2_000;
  private static final int EVERY = 500;
  private static final int COLLECT_EVERY = 50;
  private static final long BOUND_KILOBYTES =
      24_000; // a gradient leaked at each step would be over 5 GB

  @Test
  void staysFlatOverManySteps() throws IOException {
    assumeTrue(Files.exists(STATUS), "only Linux shows the resident size");
    ModelConfig config = Batches.smallCnn();
    List<String> labels = Batches.labels(8, 4);
    PixelBatch images = Batches.pixels(config.input(), 8, 4, 3);
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      SortedMap<Integer, Long> resident = new TreeMap<>();
      for (int step = 1; step <= STEPS; step++) {
        trainer.served().predict(images);
        trainer.learn(images, labels);
        trainer.served().embed(images);
        if (step % COLLECT_EVERY == 0) {
          // Input buffers outside the heap wait for it. They are bounded and not what is measured.
          System.gc();
        }
        if (step % EVERY == 0) {
          resident.put(step, residentKilobytes());
        }
      }

      System.out.println("Resident kilobytes after steps: " + resident);
      assertThat(resident.get(STEPS) - resident.get(EVERY)).isLessThan(BOUND_KILOBYTES);
    }
  }

  private static long residentKilobytes() throws IOException {
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
