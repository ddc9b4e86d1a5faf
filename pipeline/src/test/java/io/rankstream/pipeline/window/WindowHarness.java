package io.rankstream.pipeline.window;

import static org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox.MIN_PRIORITY;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.schemas.DeadLetter;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.ThrowingRunnable;

/** The window of a configuration, with a clock that a test moves and all that it emitted. */
final class WindowHarness implements AutoCloseable {

  static final int IMAGE_BYTES = 100;

  private static final OutputTag<ImageInput> EMBED_AGAIN =
      new OutputTag<>("embed-again", TypeInformation.of(ImageInput.class));
  private static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));

  private final KeyedOneInputStreamOperatorTestHarness<StreamKey, ImageInput, MicroBatch> harness;

  private ThrowingRunnable<Exception> whenABatchIsHandedOn = () -> {};

  private WindowHarness(JobConfig config) throws Exception {
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new ObservedFactory(this::handedOn, BatchWindow.of(config, EMBED_AGAIN, DEAD_LETTERS)),
            ImageInput::key,
            TypeInformation.of(StreamKey.class));
  }

  /** An empty window at time 0. */
  static WindowHarness open(JobConfig config) throws Exception {
    WindowHarness window = new WindowHarness(config);
    window.harness.open();
    window.advanceTo(0);
    return window;
  }

  /** A window that goes on from a snapshot of another. */
  static WindowHarness restored(JobConfig config, OperatorSubtaskState snapshot) throws Exception {
    WindowHarness window = new WindowHarness(config);
    window.harness.initializeState(snapshot);
    window.harness.open();
    return window;
  }

  /** Batches of two classes with two images each, every four images, within five seconds. */
  static JobConfig twoByTwo(String... pairs) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "batch.classes",
                "2",
                "batch.images-per-class",
                "2",
                "batch.train-every",
                "4",
                "batch.max-wait",
                "5 s"));
    all.addAll(List.of(pairs));
    return Fixtures.config(all.toArray(String[]::new));
  }

  /** Feeds images of {@value #IMAGE_BYTES} bytes with consecutive ids. */
  void feed(long firstId, String... labels) throws Exception {
    for (int i = 0; i < labels.length; i++) {
      feed(List.of(Fixtures.image(firstId + i, labels[i], IMAGE_BYTES)));
    }
  }

  void feed(List<AcceptedImage> images) throws Exception {
    for (AcceptedImage image : images) {
      harness.processElement(ImageInput.take(image), 0);
    }
  }

  /** Asks to forget an image of the stream of all images. */
  void forget(String imageId) throws Exception {
    harness.processElement(
        ImageInput.forget(Fixtures.key("default"), imageId, Fixtures.origin(0)), 0);
  }

  /** Does something inside each call that hands a batch on. */
  void whenABatchIsHandedOn(ThrowingRunnable<Exception> action) {
    whenABatchIsHandedOn = action;
  }

  /** Does what the task thread has to do yet. */
  void runMails() throws Exception {
    TaskMailbox mailbox = harness.getTaskMailbox();
    for (var mail = mailbox.tryTake(MIN_PRIORITY); mail.isPresent(); ) {
      mail.get().run();
      mail = mailbox.tryTake(MIN_PRIORITY);
    }
  }

  /** Sets the processing time, in milliseconds. */
  void advanceTo(long millis) throws Exception {
    harness.setProcessingTime(millis);
  }

  /** The processing time, in milliseconds. */
  long now() {
    return harness.getProcessingTime();
  }

  void endInput() throws Exception {
    harness.processWatermark(Watermark.MAX_WATERMARK);
  }

  OperatorSubtaskState snapshot() throws Exception {
    return harness.snapshot(1, 1);
  }

  List<MicroBatch> batches() {
    return harness.extractOutputValues();
  }

  /** The images that came out as fresh ones, in all batches. */
  List<BatchImage> fresh() {
    return batches().stream()
        .flatMap(batch -> batch.images().stream())
        .filter(BatchImage::fresh)
        .toList();
  }

  /** The images that are to be embedded again. */
  List<AcceptedImage> embedAgain() {
    Queue<StreamRecord<ImageInput>> images = harness.getSideOutput(EMBED_AGAIN);
    return images == null
        ? List.of()
        : images.stream().map(record -> record.getValue().image()).toList();
  }

  List<DeadLetter> deadLetters() {
    Queue<StreamRecord<DeadLetter>> letters = harness.getSideOutput(DEAD_LETTERS);
    return letters == null ? List.of() : letters.stream().map(StreamRecord::getValue).toList();
  }

  /** Bytes of the keyed state in a checkpoint. */
  long stateBytes() throws Exception {
    return snapshot().getStateSize();
  }

  int processingTimeTimers() {
    return harness.numProcessingTimeTimers();
  }

  int eventTimeTimers() {
    return harness.numEventTimeTimers();
  }

  @Override
  public void close() throws Exception {
    harness.close();
  }

  private void handedOn() {
    try {
      whenABatchIsHandedOn.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static List<String> ids(MicroBatch batch) {
    return batch.images().stream().map(slot -> slot.image().imageId()).toList();
  }
}
