package io.rankstream.pipeline.epoch;

import ai.djl.Device;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.WeightsCopy;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.SweptRecord;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.EpochAction;
import io.rankstream.schemas.EpochRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * The operator that opens epochs in Flink's test harness, and a trainer that hands versions over.
 */
final class SweepHarness extends AbstractStreamOperatorTestHarness<SweptRecord> {

  private static final OutputTag<EpochEvent> EVENTS =
      new OutputTag<>("events", TypeInformation.of(EpochEvent.class));

  private SweepHarness(JobConfig config, JobSubmission submission, Path weights, Corpus corpus)
      throws Exception {
    super(
        new SweepImagesFactory(config, submission, weights.toUri().toString(), corpus, EVENTS),
        new MockEnvironmentBuilder()
            .setJobID(new JobID(1, 1))
            .setManagedMemorySize(3L << 20)
            .setMaxParallelism(128)
            .setParallelism(1)
            .setSubtaskIndex(0)
            .build());
    this.config.serializeAllConfigs();
    setup(TypeInformation.of(SweptRecord.class).createSerializer(new SerializerConfigImpl()));
  }

  /** A job that has no state yet, when its streams have their first epochs. */
  static SweepHarness started(
      JobConfig config, JobSubmission submission, Path weights, Corpus corpus) throws Exception {
    SweepHarness harness = new SweepHarness(config, submission, weights, corpus);
    harness.open();
    harness.until(() -> harness.events().size() == config.input().streams().size());
    return harness;
  }

  /**
   * A job that is started from a state of one that followed live: there is none of this operator.
   */
  static SweepHarness startedFromLive(
      JobConfig config, JobSubmission submission, Path weights, Corpus corpus) throws Exception {
    SweepHarness harness = new SweepHarness(config, submission, weights, corpus);
    harness.open();
    return harness;
  }

  static SweepHarness restored(
      JobConfig config,
      JobSubmission submission,
      Path weights,
      Corpus corpus,
      OperatorSubtaskState state)
      throws Exception {
    SweepHarness harness = new SweepHarness(config, submission, weights, corpus);
    harness.initializeState(state);
    harness.open();
    return harness;
  }

  /** Writes a version as the trainer does. */
  static VersionPointer version(JobConfig config, Path weights, String stream, long steps)
      throws IOException {
    String file = stream + "-" + steps + ".safetensors";
    try (OnlineTrainer trainer = OnlineTrainer.create(config.model(), Device.cpu())) {
      for (int step = 0; step < steps; step++) {
        trainer.learn(
            new PixelBatch(4, 1, 28, 28, new byte[4 * 28 * 28]), List.of("a", "a", "b", "b"));
      }
      try (WeightsCopy copy = trainer.copyWeights(stream, "trained");
          OutputStream out = Files.newOutputStream(weights.resolve(file))) {
        copy.writeTo(out);
      }
    }
    return new VersionPointer(stream, "trained", "start", steps, file);
  }

  /** Records of one partition, with offsets from a number on. */
  static List<RawRecord> records(int partition, long first, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> record(partition, first + i, new byte[] {(byte) i}))
        .toList();
  }

  void tell(VersionPointer pointer) throws Exception {
    twoInput().processElement1(new StreamRecord<>(pointer));
  }

  void request(String stream, EpochAction action) throws Exception {
    ByteBuffer value =
        EpochRequest.newBuilder()
            .setStream(stream)
            .setAction(action)
            .setRequestedAt(Instant.EPOCH)
            .build()
            .toByteBuffer();
    byte[] bytes = new byte[value.remaining()];
    value.get(bytes);
    control(bytes);
  }

  void control(byte[] value) throws Exception {
    twoInput().processElement2(new StreamRecord<>(record(0, 0, value)));
  }

  /** Does what the task thread has to do until something is so. */
  void until(BooleanSupplier condition) throws Exception {
    while (!condition.getAsBoolean()) {
      getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
    }
  }

  /** The barrier of a checkpoint. */
  OperatorSubtaskState barrier(long checkpoint) throws Exception {
    operator.prepareSnapshotPreBarrier(checkpoint);
    return snapshot(checkpoint, checkpoint);
  }

  /** A checkpoint that is complete. */
  OperatorSubtaskState checkpoint(long checkpoint) throws Exception {
    OperatorSubtaskState state = barrier(checkpoint);
    notifyOfCompletedCheckpoint(checkpoint);
    return state;
  }

  /** The job is drained: the operators behind take nothing after this. */
  void finish() throws Exception {
    operator.finish();
  }

  /** Does what the task thread has to do now. */
  void doWhatWaits() throws Exception {
    for (Optional<Mail> mail = mail(); mail.isPresent(); mail = mail()) {
      mail.get().run();
    }
  }

  private Optional<Mail> mail() {
    return getTaskMailbox().tryTake(TaskMailbox.MIN_PRIORITY);
  }

  /** What happened to epochs so far. */
  List<EpochEvent> events() {
    Queue<StreamRecord<EpochEvent>> records = getSideOutput(EVENTS);
    List<EpochEvent> events = new ArrayList<>();
    if (records != null) {
      records.forEach(each -> events.add(each.getValue()));
    }
    return events;
  }

  /** The same as text: kind, stream and number. */
  List<String> told() {
    return events().stream()
        .map(each -> "%s %s %d".formatted(each.kind(), each.stream(), each.number()))
        .toList();
  }

  /** The offsets of the records that were sent on. */
  List<Long> sent() {
    return extractOutputValues().stream().map(each -> each.record().offset()).toList();
  }

  private static RawRecord record(int partition, long offset, byte[] value) {
    return new RawRecord(
        "images", partition, offset, 0, Fixtures.record(offset, value).key(), value, List.of());
  }

  @SuppressWarnings("unchecked")
  private TwoInputStreamOperator<VersionPointer, RawRecord, SweptRecord> twoInput() {
    return (TwoInputStreamOperator<VersionPointer, RawRecord, SweptRecord>) operator;
  }
}
