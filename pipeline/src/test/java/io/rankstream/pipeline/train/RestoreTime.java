package io.rankstream.pipeline.train;

import ai.djl.Device;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.LineageId;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.start.JobStart;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupStatePartitionStreamProvider;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.StateSnapshotContextSynchronousImpl;
import org.apache.flink.runtime.state.filesystem.FsCheckpointStreamFactory;

/**
 * Measures how long the trainer takes to restore its state from a file while batches wait in it.
 * Arguments: backbone, batches, images of a batch, side of an image in pixels.
 *
 * <p>Not a test: times depend on the machine. Start it on the test class path: {@code java -Xmx3g
 * io.rankstream.pipeline.train.RestoreTime mobilenet-v2 32 32 224}.
 */
public final class RestoreTime {

  private static final JobStart START = new JobStart("", LineageId.born(0));
  private static final int ROUNDS = 5;
  private static final int CHANNELS = 3;
  private static final int FILE_THRESHOLD = 1024;
  private static final int WRITE_BUFFER = 1 << 16;
  private static final StreamKey KEY = Fixtures.key("default");

  private final JobConfig config;
  private final Path directory;
  private final KeyGroupsStateHandle state;

  private RestoreTime(JobConfig config, List<MicroBatch> waiting) throws Exception {
    this.config = config;
    directory = Files.createTempDirectory("rankstream-restore");
    state = write(waiting);
  }

  /** Prints the milliseconds of each restore, and the median. */
  public static void main(String[] args) throws Exception {
    int side = Integer.parseInt(args[3]);
    JobConfig config =
        Fixtures.config(
            "model.backbone",
            args[0],
            "model.channels",
            "" + CHANNELS,
            "model.height",
            "" + side,
            "model.width",
            "" + side);
    RestoreTime restore =
        new RestoreTime(
            config,
            batches(Integer.parseInt(args[1]), Integer.parseInt(args[2]), CHANNELS * side * side));
    System.out.printf("%,d bytes of state%n", restore.state.getStateSize());
    double[] wall = new double[ROUNDS];
    double[] used = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      restore.measure(round, wall, used);
      System.out.printf(
          "round %d: %.0f ms by the clock, %.0f ms of CPU time%n",
          round + 1, wall[round], used[round]);
    }
    Arrays.sort(wall);
    Arrays.sort(used);
    System.out.printf(
        "median: %.0f ms by the clock, %.0f ms of CPU time%n", wall[ROUNDS / 2], used[ROUNDS / 2]);
    restore.state.discardState();
    Files.delete(restore.directory);
  }

  private static List<MicroBatch> batches(int count, int images, int bytes) {
    Random random = new Random(1);
    List<MicroBatch> batches = new ArrayList<>();
    for (long number = 0; number < count; number++) {
      List<BatchImage> slots = new ArrayList<>();
      for (int i = 0; i < images; i++) {
        byte[] pixels = new byte[bytes];
        random.nextBytes(pixels);
        long id = number * images + i;
        slots.add(
            new BatchImage(
                new AcceptedImage(
                    "image-" + id, KEY, "class-" + i / 4, id, i, pixels, Fixtures.origin(id)),
                true));
      }
      batches.add(new MicroBatch(KEY, number, slots));
    }
    return batches;
  }

  private KeyGroupsStateHandle write(List<MicroBatch> waiting) throws Exception {
    StateSnapshotContextSynchronousImpl context =
        new StateSnapshotContextSynchronousImpl(
            1,
            1,
            new FsCheckpointStreamFactory(
                org.apache.flink.core.fs.FileSystem.getLocalFileSystem(),
                org.apache.flink.core.fs.Path.fromLocalFile(directory.toFile()),
                org.apache.flink.core.fs.Path.fromLocalFile(directory.toFile()),
                FILE_THRESHOLD,
                WRITE_BUFFER),
            KeyGroupRange.of(0, 0),
            new CloseableRegistry());
    Map<StreamKey, StreamModel> models =
        Map.of(
            KEY,
            StreamModel.create(config, new MicroBatch(KEY, 0, List.of()), Device.cpu(), START));
    try (TrainerSnapshot snapshot =
        TrainerSnapshot.of(models, waiting, TrainingBatches.serializer(), 1)) {
      snapshot.write(context.getRawKeyedOperatorStateOutput());
    } finally {
      models.values().forEach(StreamModel::close);
    }
    context.getKeyedStateStreamFuture().run();
    return (KeyGroupsStateHandle)
        context.getKeyedStateStreamFuture().get().getJobManagerOwnedSnapshot();
  }

  private void measure(int round, double[] wall, double[] used) throws Exception {
    Map<StreamKey, StreamModel> models = new TreeMap<>();
    Queue<MicroBatch> waiting = new ArrayDeque<>();
    System.gc();
    long start = System.nanoTime();
    long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    try (FSDataInputStream in = state.openInputStream()) {
      in.seek(state.getOffsetForKeyGroup(0));
      TrainerSnapshot.read(
          List.of(new KeyGroupStatePartitionStreamProvider(in, 0)),
          config,
          Device.cpu(),
          START,
          TrainingBatches.serializer(),
          models,
          waiting);
    } finally {
      models.values().forEach(StreamModel::close);
    }
    used[round] = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu) / 1e6;
    wall[round] = (System.nanoTime() - start) / 1e6;
    if (waiting.isEmpty()) {
      throw new IllegalStateException("Nothing was restored");
    }
  }
}
