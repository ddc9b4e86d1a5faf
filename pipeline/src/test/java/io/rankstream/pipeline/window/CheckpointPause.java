package io.rankstream.pipeline.window;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.schemas.DeadLetter;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * Measures what an open checkpoint costs the window on the heap: the slowest of the next images,
 * and the growth of the heap. Arguments: images, bytes of an image, classes, window.max-bytes.
 *
 * <p>Not a test: times depend on the machine. Start it on the test class path with a heap of five
 * times the window: {@code java -Xmx3g io.rankstream.pipeline.window.CheckpointPause 8000 100000 80
 * "600 mb"}.
 */
public final class CheckpointPause {

  private static final int PROBES = 64;

  private final KeyedOneInputStreamOperatorTestHarness<StreamKey, ImageInput, MicroBatch> harness;
  private final int bytes;
  private final int classes;
  private long id;

  private CheckpointPause(JobConfig config, int bytes, int classes) throws Exception {
    this.bytes = bytes;
    this.classes = classes;
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            BatchWindow.of(
                    config,
                    new OutputTag<>("embed-again", TypeInformation.of(ImageInput.class)),
                    new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class)))
                .operator(),
            ImageInput::key,
            TypeInformation.of(StreamKey.class));
    harness.open();
  }

  /** Prints one line for each of three checkpoints. */
  public static void main(String[] args) throws Exception {
    JobConfig config = Fixtures.config("window.max-bytes", args[3]);
    CheckpointPause pause =
        new CheckpointPause(config, Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    pause.feed(Integer.parseInt(args[0]));
    for (int round = 1; round <= 3; round++) {
      double without = pause.feed(PROBES);
      long before = usedMegabytes();
      pause
          .harness
          .getOperator()
          .snapshotState(
              round,
              round,
              CheckpointOptions.forCheckpointWithDefaultLocation(),
              new MemCheckpointStreamFactory(Integer.MAX_VALUE));
      double with = pause.feed(PROBES);
      System.out.printf(
          "round %d: slowest image %.1f ms without, %.1f ms with an open checkpoint; heap %d -> %d MB%n",
          round, without, with, before, usedMegabytes());
    }
  }

  /** Feeds images; returns the milliseconds of the slowest. */
  private double feed(int count) throws Exception {
    long slowest = 0;
    for (int i = 0; i < count; i++) {
      ImageInput image = ImageInput.take(Fixtures.image(id, "class-" + id % classes, bytes));
      id++;
      long start = System.nanoTime();
      harness.processElement(image, 0);
      slowest = Math.max(slowest, System.nanoTime() - start);
      harness.getOutput().clear();
    }
    return slowest / 1e6;
  }

  private static long usedMegabytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
  }
}
