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
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Window and trainer in one task, as in the job, when steps are slower than the input. */
class BackPressureTest {

  private static final int BATCHES = 6;
  private static final int BATCH = 4;
  private static final int PLACES = 2;
  private static final int PIXELS = 28 * 28;

  private static final JobConfig CONFIG =
      TrainingBatches.config(
          "input.streams", "default",
          "batch.classes", "2",
          "batch.images-per-class", "2",
          "batch.train-every", Integer.toString(BATCH),
          "batch.max-wait", "1 h",
          "trainer.batches-in-flight", Integer.toString(PLACES));
  private static final OutputTag<TrainingMetrics> METRICS = tag("metrics", TrainingMetrics.class);

  /** Ids of the images of each batch that went to the trainer, by the batch's number. */
  private static final Map<Long, List<String>> BATCHES_SEEN = new ConcurrentSkipListMap<>();

  /** The first batch since each start of the task. */
  private static final Queue<Long> STARTS = new ConcurrentLinkedQueue<>();

  private static volatile boolean isDisturbed;
  private static volatile CountDownLatch released;

  /**
   * The first step ends only when a checkpoint is complete that was cut behind the batch that found
   * no place: it would never end if the checkpoint waited for it. Then the job fails.
   */
  @Test
  @Timeout(180)
  void aCheckpointCompletesWhileAStepHoldsTheInputUp(@TempDir Path first, @TempDir Path second)
      throws Exception {
    run(first, false);
    Map<Long, List<String>> batches = new TreeMap<>(BATCHES_SEEN);
    Map<Long, Double> losses = new TreeMap<>(LOSSES);
    assertThat(batches).hasSize(BATCHES);
    assertThat(losses).hasSize(BATCHES);

    run(second, true);

    assertThat(STARTS).containsExactly(0L, PLACES + 1L);
    assertThat(BATCHES_SEEN).isEqualTo(batches);
    assertThat(LOSSES).isEqualTo(losses);
  }

  private static void run(Path checkpoints, boolean disturbed) throws Exception {
    BATCHES_SEEN.clear();
    LOSSES.clear();
    STARTS.clear();
    isDisturbed = disturbed;
    released = new CountDownLatch(disturbed ? 1 : 0);
    Configuration settings = new Configuration();
    settings.setString("execution.checkpointing.dir", checkpoints.toUri().toString());
    settings.setString("execution.checkpointing.interval", "50 ms");
    settings.setString("execution.checkpointing.min-pause", "0");
    settings.setString("restart-strategy.type", "fixed-delay");
    settings.setString("restart-strategy.fixed-delay.attempts", "1");
    settings.setString("restart-strategy.fixed-delay.delay", "0 s");
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(EngineDefaults.forLocal(settings));
    env.setMaxParallelism(128);
    addTraining(env, checkpoints);
    env.execute();
  }

  private static void addTraining(StreamExecutionEnvironment env, Path weights) {
    SingleOutputStreamOperator<ImageInput> images =
        env.fromSequence(0, BATCHES * BATCH - 1)
            .uid("numbers")
            .map(i -> ImageInput.take(Fixtures.image(i, i % 2 == 0 ? "a" : "b", PIXELS)))
            .returns(ImageInput.class)
            .uid("images");
    OutputTag<DeadLetter> letters = tag("letters", DeadLetter.class);
    TypeInformation<MicroBatch> batch = TypeInformation.of(MicroBatch.class);
    BatchWindow window = BatchWindow.of(CONFIG, tag("again", ImageInput.class), letters);
    SingleOutputStreamOperator<MicroBatch> batches =
        images
            .keyBy(ImageInput::key, TypeInformation.of(StreamKey.class))
            .transform(window.name(), batch, window.operator())
            .uid(window.name())
            .transform("between", batch, new Between())
            .uid("between");
    TwoHeadTrainerFactory trainer =
        new TwoHeadTrainerFactory(
            CONFIG,
            new JobSubmission("", LineageId.born(System.currentTimeMillis())),
            weights.toUri().toString(),
            TrainingBatches.serializer(),
            METRICS,
            tag("versions", ModelVersion.class),
            letters);
    SingleOutputStreamOperator<VersionPointer> trained =
        DataStreamUtils.reinterpretAsKeyedStream(
                batches, MicroBatch::key, TypeInformation.of(StreamKey.class))
            .transform("trainer", TypeInformation.of(VersionPointer.class), trainer)
            .uid("trainer");
    trained
        .getSideOutput(METRICS)
        .map(new KeptLosses())
        .uid("losses")
        .sinkTo(new DiscardingSink<>())
        .uid("discard");
  }

  /**
   * Stands between window and trainer: holds the first step up, and fails behind the checkpoint.
   */
  private static final class Between extends AbstractStreamOperator<MicroBatch>
      implements OneInputStreamOperator<MicroBatch, MicroBatch> {

    private static final long serialVersionUID = 1L;

    private transient boolean isStarted;
    private transient long awaited;
    private transient boolean isComplete;

    @Override
    public void processElement(StreamRecord<MicroBatch> element) {
      MicroBatch batch = element.getValue();
      if (isComplete) {
        isDisturbed = false;
        throw new IllegalStateException("The job is to fail");
      }
      if (!isStarted) {
        isStarted = true;
        STARTS.add(batch.number());
      }
      BATCHES_SEEN.put(
          batch.number(), batch.images().stream().map(slot -> slot.image().imageId()).toList());
      output.collect(new StreamRecord<>(TrainingBatches.heldUp(batch, released)));
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
      super.snapshotState(context);
      if (isDisturbed && awaited == 0 && BATCHES_SEEN.size() > PLACES) {
        awaited = context.getCheckpointId();
      }
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) throws Exception {
      super.notifyCheckpointComplete(checkpoint);
      if (awaited > 0 && checkpoint >= awaited) {
        isComplete = true;
        released.countDown();
      }
    }
  }

  private static <T> OutputTag<T> tag(String name, Class<T> type) {
    return new OutputTag<>(name, TypeInformation.of(type));
  }
}
