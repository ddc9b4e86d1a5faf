package io.rankstream.pipeline.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EpochCount;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.SweptRecord;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.wire.RecordKey;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.ProcessFunctionTestHarnesses;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReceiveSweptImagesHarnessTest {

  private static final JobConfig CONFIG = Fixtures.config("input.streams", "a;b;c");
  private static final OutputTag<EpochCount> COUNTS =
      new OutputTag<>("counts", TypeInformation.of(EpochCount.class));
  private static final Map<String, Long> EPOCHS = Map.of("a", 3L, "b", 5L);

  private TwoInputStreamOperatorTestHarness<SweptRecord, EpochEvent, ImageInput> receiver;

  @BeforeEach
  void start() throws Exception {
    receiver =
        ProcessFunctionTestHarnesses.forCoProcessFunction(new ReceiveSweptImages(CONFIG, COUNTS));
  }

  @AfterEach
  void stop() throws Exception {
    receiver.close();
  }

  @Test
  void decodesTheImagesOfStreamsWithAnOpenEpoch() throws Exception {
    sweep(record("a", "1", image("a", "1")));
    sweep(record("c", "2", image("c", "2")));
    sweep(record("b", "3", image("b", "3")));
    sweep(record("b", "4", null));

    List<ImageInput> images = receiver.extractOutputValues();
    assertThat(images)
        .extracting(ImageInput::kind, ImageInput::imageKey, ImageInput::epoch)
        .containsExactly(
            tuple(ImageInput.Kind.SWEEP, "a\n1", 3L),
            tuple(ImageInput.Kind.SWEEP, "b\n3", 5L),
            tuple(ImageInput.Kind.SWEEP_FORGET, "b\n4", 5L));
    assertThat(images.get(0).image().pixels()).hasSize(28 * 28);
    assertThat(counts()).isEmpty();
  }

  /** The key names the stream; without one, the record may be of any. */
  @Test
  void countsRecordsThatAreNotAccepted() throws Exception {
    sweep(record("a", "1", new byte[] {1, 2, 3}));
    sweep(record("a", "2", Fixtures.envelope("2", "a", "cat", new byte[] {9})));
    sweep(record("c", "3", new byte[] {1, 2, 3}));
    sweep(Fixtures.record(4, new byte[] {1, 2, 3}));

    assertThat(receiver.extractOutputValues()).isEmpty();
    assertThat(counts())
        .containsExactlyInAnyOrder(
            EpochCount.ofRefused("a", 3),
            EpochCount.ofRefused("a", 3),
            EpochCount.ofRefused("a", 3),
            EpochCount.ofRefused("b", 5));
  }

  @Test
  void dropsWhatIsOnItsWayForAnEpochThatIsAborted() throws Exception {
    receiver.processElement2(
        new StreamRecord<>(
            new EpochEvent(
                EpochEvent.Kind.ABORT, "a", 3, new VersionPointer("a", "L", "", 1, "f"), null)));
    sweep(record("a", "1", image("a", "1")));
    sweep(record("b", "2", image("b", "2")));

    assertThat(receiver.extractOutputValues())
        .extracting(ImageInput::imageKey)
        .containsExactly("b\n2");
  }

  private void sweep(RawRecord record) throws Exception {
    receiver.processElement1(new StreamRecord<>(new SweptRecord(record, EPOCHS)));
  }

  private List<EpochCount> counts() {
    Queue<StreamRecord<EpochCount>> records = receiver.getSideOutput(COUNTS);
    return records == null ? List.of() : records.stream().map(StreamRecord::getValue).toList();
  }

  private static byte[] image(String stream, String id) {
    return Fixtures.envelope(id, stream, "cat", Fixtures.png(1, 1));
  }

  private static RawRecord record(String stream, String id, byte[] value) {
    return new RawRecord("images", 0, 1, 0, new RecordKey(stream, id).bytes(), value, List.of());
  }
}
