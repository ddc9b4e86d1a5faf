package io.rankstream.pipeline.train;

import static io.rankstream.pipeline.train.KeptLosses.LOSSES;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.EngineDefaults;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.LineageId;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.pipeline.window.BatchWindow;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Window and trainer of replicas, with a network between them that a batch does not fit into. */
class ReplicaBackPressureTest {

  private static final int BATCHES = 16;
  private static final int BATCH = 200;
  private static final int PLACES = 4;
  private static final int PIXELS = 28 * 28;
  private static final int REPLICAS = 2;

  /** The first batch for which a replica has no place holds the input up, the next the window. */
  private static final int BLOCKED = REPLICAS * PLACES + 2;

  private static final JobConfig CONFIG =
      TrainingBatches.config(
          "input.streams", "default",
          "batch.classes", "2",
          "batch.images-per-class", Integer.toString(BATCH / 2),
          "batch.train-every", Integer.toString(BATCH),
          "window.fresh-per-class", Integer.toString(BATCH),
          "batch.max-wait", "1 h",
          "training.replicas", Integer.toString(REPLICAS),
          "training.steps-per-round", Integer.toString(BATCHES / REPLICAS),
          "training.round-wait", "1 h",
          "trainer.batches-in-flight", Integer.toString(PLACES));
  private static final OutputTag<TrainingMetrics> METRICS = tag("metrics", TrainingMetrics.class);

  private static final AtomicInteger SENT = new AtomicInteger(); // batches, or on their way

  private static volatile CountDownLatch released;

  /** The first step ends only when a checkpoint is complete that began while the window waited. */
  @Test
  @Timeout(180)
  void aCheckpointCompletesWhileAStepHoldsTheWindowUp(@TempDir Path first, @TempDir Path second)
      throws Exception {
    run(first, false);
    Map<Long, Double> losses = new TreeMap<>(LOSSES);
    assertThat(losses).hasSize(BATCHES);

    run(second, true);

    assertThat(LOSSES).isEqualTo(losses);
  }

  private static void run(Path checkpoints, boolean isHeldUp) throws Exception {
    LOSSES.clear();
    SENT.set(0);
    released = new CountDownLatch(isHeldUp ? 1 : 0);
    Configuration settings = new Configuration();
    settings.setString("execution.checkpointing.dir", checkpoints.toUri().toString());
    settings.setString("execution.checkpointing.interval", "50 ms");
    settings.setString("execution.checkpointing.min-pause", "0");
    settings.setString("taskmanager.memory.segment-size", "4 kb");
    settings.setString("restart-strategy.type", "disable");
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(EngineDefaults.forLocal(settings));
    env.setMaxParallelism(128);
    addTraining(env, checkpoints);
    env.execute();
  }

  private static void addTraining(StreamExecutionEnvironment env, Path directory) {
    SingleOutputStreamOperator<ImageInput> images =
        env.fromSequence(0, (long) BATCHES * BATCH - 1)
            .uid("numbers")
            .map(new Images())
            .returns(ImageInput.class)
            .uid("images");
    OutputTag<DeadLetter> letters = tag("letters", DeadLetter.class);
    TypeInformation<MicroBatch> batch = TypeInformation.of(MicroBatch.class);
    TypeInformation<StreamKey> key = TypeInformation.of(StreamKey.class);
    BatchWindow window = BatchWindow.of(CONFIG, tag("again", ImageInput.class), letters);
    SingleOutputStreamOperator<MicroBatch> held =
        images
            .keyBy(ImageInput::key, key)
            .transform(window.name(), batch, window.operator())
            .uid(window.name())
            .map(ReplicaBackPressureTest::counted)
            .returns(batch)
            .uid("counted")
            .keyBy(MicroBatch::modelKey, key)
            .map(each -> TrainingBatches.heldUp(each, released))
            .returns(batch)
            .uid("held");
    String uri = directory.toUri().toString();
    ReplicaTrainerFactory trainer =
        new ReplicaTrainerFactory(
            CONFIG,
            new JobSubmission("", LineageId.born(System.currentTimeMillis())),
            uri,
            uri,
            TrainingBatches.serializer(),
            METRICS,
            tag("versions", ModelVersion.class),
            letters);
    SingleOutputStreamOperator<VersionPointer> trained =
        DataStreamUtils.reinterpretAsKeyedStream(held, MicroBatch::modelKey, key)
            .transform("trainer", TypeInformation.of(VersionPointer.class), trainer)
            .uid("trainer");
    trained
        .getSideOutput(METRICS)
        .map(new KeptLosses())
        .uid("losses")
        .sinkTo(new DiscardingSink<>())
        .uid("discard");
  }

  private static MicroBatch counted(MicroBatch batch) {
    SENT.incrementAndGet();
    return batch;
  }

  /** Stands at the source, where a checkpoint begins, and releases the step behind one. */
  private static final class Images
      implements MapFunction<Long, ImageInput>, CheckpointedFunction, CheckpointListener {

    private static final long serialVersionUID = 1L;

    private transient long awaited;

    @Override
    public ImageInput map(Long i) {
      return ImageInput.take(Fixtures.image(i, i % 2 == 0 ? "a" : "b", PIXELS));
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {
      // it only looks at checkpoints
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {
      if (awaited == 0 && SENT.get() >= BLOCKED) {
        awaited = context.getCheckpointId();
      }
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
      if (awaited > 0 && checkpoint >= awaited) {
        released.countDown();
      }
    }
  }

  private static <T> OutputTag<T> tag(String name, Class<T> type) {
    return new OutputTag<>(name, TypeInformation.of(type));
  }
}
