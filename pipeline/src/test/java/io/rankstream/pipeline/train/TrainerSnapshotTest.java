package io.rankstream.pipeline.train;

import static io.rankstream.pipeline.Fixtures.key;
import static io.rankstream.pipeline.train.TrainingBatches.CONFIG;
import static io.rankstream.pipeline.train.TrainingBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.rankstream.model.Devices;
import io.rankstream.pipeline.event.LineageId;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.Round;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.start.JobStart;
import io.rankstream.pipeline.start.Lineage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrainerSnapshotTest {

  private static final JobStart START = new JobStart("job-1 ", LineageId.born(1_764_400_000_000L));
  private static final int MAX_BYTES = 64 << 20;

  private final Map<StreamKey, StreamModel> models = new TreeMap<>();
  private final List<StreamModel> restored = new ArrayList<>();

  @AfterEach
  void closeModels() {
    models.values().forEach(StreamModel::close);
    restored.forEach(StreamModel::close);
  }

  @Test
  void whatIsReadIsWhatWasWritten() throws Exception {
    learn("a", 1);
    learn("b", 2);
    List<MicroBatch> waiting = List.of(batch("a", 7), batch("a", 8), batch("new", 0));
    byte[] written = write(models, waiting, 1).get(0);

    Map<StreamKey, StreamModel> readModels = new TreeMap<>();
    Queue<MicroBatch> readWaiting = new ArrayDeque<>();
    read(List.of(written), readModels, readWaiting);

    assertThat(readModels).containsOnlyKeys(key("a"), key("b"));
    assertThat(readWaiting)
        .extracting(each -> each.stream() + each.number())
        .containsExactly("a7", "a8", "new0");
    assertThat(write(readModels, List.copyOf(readWaiting), 1).get(0)).isEqualTo(written);
  }

  @Test
  void eachStreamIsInItsKeyGroupAndAGroupWithoutAnyIsNotWritten() throws Exception {
    learn("a", 1);
    learn("b", 1);
    List<byte[]> groups = write(models, List.of(batch("new", 0)), 128);

    Map<StreamKey, StreamModel> readModels = new TreeMap<>();
    Queue<MicroBatch> readWaiting = new ArrayDeque<>();
    read(groups, readModels, readWaiting);

    assertThat(groups).hasSize(3);
    assertThat(readModels).containsOnlyKeys(key("a"), key("b"));
    assertThat(readWaiting).hasSize(1);
  }

  @Test
  void aCopyDoesNotFollowTheModel() throws Exception {
    learn("a", 1);
    try (TrainerSnapshot snapshot = snapshot(models, List.of(), 1)) {
      learn("a", 1);
      assertThat(stepsIn(bytes(snapshot, 1).get(0))).containsExactly(Map.entry("a", 1L));
    }
  }

  /** A job with training.replicas = 1 goes on from a state of two replicas. */
  @Test
  void theFirstReplicaGoesOnAlone() throws Exception {
    StreamKey second = new StreamKey("a", 1_001);
    for (StreamKey key : List.of(key("a"), second)) {
      int replica = key.equals(second) ? 1 : 0;
      MicroBatch last = batch("a", replica).in(round(key, 0, replica, true));
      StreamModel model = StreamModel.create(CONFIG, last, Device.cpu(), START);
      models.put(key, model);
      model.rounds().enter(last);
      try (PreparedBatch prepared = model.prepare(last)) {
        model.finish(prepared).close();
      }
    }
    List<MicroBatch> waiting =
        List.of(
            batch("a", 2).in(round(key("a"), 1, 0, false)),
            batch("a", 3).in(round(second, 1, 1, false)),
            new MicroBatch(key("a"), 4, List.of()).in(round(key("a"), 1, 0, true)));
    byte[] written = write(models, waiting, 1).get(0);

    Map<StreamKey, StreamModel> readModels = new TreeMap<>();
    Queue<MicroBatch> readWaiting = new ArrayDeque<>();
    read(List.of(written), readModels, readWaiting);

    assertThat(readModels).containsOnlyKeys(key("a"));
    assertThat(readModels.get(key("a")).rounds().isServed()).as("it waits for nobody").isTrue();
    assertThat(readWaiting).hasSize(1).allMatch(batch -> batch.number() == 2);
    assertThat(readWaiting).allMatch(batch -> batch.round() == null);
    assertThat(stepsIn(written)).as("tools see the first").containsExactly(Map.entry("a", 1L));
  }

  private static Round round(StreamKey key, long index, int replica, boolean ends) {
    return new Round(index, 2 * index, replica, 2, 2, ends, key, List.of());
  }

  @Test
  void modelsCanBeReadWithoutTheConfigurationOfTheJob() throws Exception {
    learn("a", 1);
    learn("b", 2);

    assertThat(stepsIn(write(models, List.of(batch("a", 7)), 1).get(0)))
        .containsExactly(Map.entry("a", 1L), Map.entry("b", 2L));
  }

  @Test
  void aFailoverKeepsTheLineageAndAStartFromTheStateBeginsAChild() throws Exception {
    learn("a", 2);
    String parent = models.get(key("a")).lineage().id();
    List<byte[]> written = write(models, List.of(), 1);
    Map<StreamKey, StreamModel> failedOver = new TreeMap<>();
    Map<StreamKey, StreamModel> started = new TreeMap<>();

    read(written, START, failedOver, new ArrayDeque<>());
    read(
        written,
        new JobStart("job-2 /savepoint", LineageId.born(1_764_500_000_000L)),
        started,
        new ArrayDeque<>());

    assertThat(failedOver.get(key("a")).lineage().id()).isEqualTo(parent);
    Lineage child = started.get(key("a")).lineage();
    assertThat(child.id()).isGreaterThan(parent);
    assertThat(child.parent()).isEqualTo(parent);
    assertThat(child.parentVersion()).isEqualTo(2);
  }

  @Test
  void theThreadsOfTheWriterAreTold() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new DataOutputStream(out).writeInt(9);
    CheckedOutput checked = new CheckedOutput(out);
    DataOutputStream data = new DataOutputStream(checked);
    data.writeInt(77); // threads
    data.writeInt(0); // models
    WaitingBatches.write(data, List.of(), TrainingBatches.serializer());
    checked.finish();

    assertThat(read(List.of(out.toByteArray()), new TreeMap<>(), new ArrayDeque<>())).isEqualTo(77);
    learn("a", 1);
    assertThat(read(write(models, List.of(), 1), new TreeMap<>(), new ArrayDeque<>()))
        .isEqualTo(Devices.threads());
    assertThat(read(List.of(), new TreeMap<>(), new ArrayDeque<>())).isEqualTo(Devices.threads());
  }

  @Test
  void anotherFormatIsRefused() throws Exception {
    byte[] written = write(models, List.of(batch("a", 0)), 1).get(0);
    assertThat(ByteBuffer.wrap(written).getInt()).isEqualTo(9);
    ByteBuffer.wrap(written).putInt(10);

    assertThatThrownBy(() -> read(List.of(written), new TreeMap<>(), new ArrayDeque<>()))
        .isInstanceOf(DamagedStateException.class)
        .hasMessageContaining("(key group 0)")
        .hasMessageContaining(
            "The checkpoint was written by another release of Rankstream (trainer state format 10, this release reads 9): restore it with that release");
    assertThatThrownBy(() -> stepsIn(written)).isInstanceOf(IOException.class);
  }

  @Test
  void everyTurnedBitAndEveryTruncationIsRefused() throws Exception {
    learn("a", 1);
    byte[] written = write(models, List.of(batch("a", 7), batch("a", 8)), 1).get(0);
    Random random = new Random(15);
    int refused = 0;
    for (int i = 0; i < 100; i++) {
      byte[] turned = written.clone();
      turned[random.nextInt(turned.length)] ^= (byte) (1 << random.nextInt(8));
      refused += refusals(turned);
      refused += refusals(Arrays.copyOf(written, random.nextInt(written.length)));
    }
    for (int i = 0; i < 100; i++) { // the first bytes have lengths, which must not be believed
      byte[] turned = written.clone();
      turned[i] ^= (byte) (1 << random.nextInt(8));
      refused += refusals(turned);
    }

    assertThat(refused).isEqualTo(300);
    assertThat(refusals(written)).isZero();
  }

  /** 1 when both readers refuse a key group as damaged, 0 when both read it. */
  private int refusals(byte[] group) throws Exception {
    Map<StreamKey, StreamModel> readModels = new TreeMap<>();
    try {
      stepsIn(group);
      read(List.of(group), readModels, new ArrayDeque<>());
      return 0;
    } catch (DamagedStateException e) {
      assertThatThrownBy(() -> read(List.of(group), readModels, new ArrayDeque<>()))
          .isInstanceOf(DamagedStateException.class)
          .hasMessageContaining("rankstream verify");
      return 1;
    }
  }

  @Test
  void partsInAnotherOrderAreRefused() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CheckedOutput checked = new CheckedOutput(out);
    checked.write(new byte[3 * CheckedOutput.CHUNK_BYTES]);
    checked.finish();
    byte[] good = out.toByteArray();
    int part = CheckedOutput.CHUNK_BYTES + 8;
    byte[] oneMissing = Arrays.copyOfRange(good, part, good.length);
    byte[] oneTwice = Arrays.copyOf(good, good.length + part);
    System.arraycopy(good, 0, oneTwice, part, good.length);

    assertThat(new CheckedInput(new ByteArrayInputStream(good)).readAllBytes())
        .hasSize(3 * CheckedOutput.CHUNK_BYTES);
    for (byte[] bad : List.of(oneMissing, oneTwice)) {
      assertThatThrownBy(() -> new CheckedInput(new ByteArrayInputStream(bad)).readAllBytes())
          .isInstanceOf(DamagedStateException.class)
          .hasMessageContaining("the checksum of a part is wrong (at or after byte ");
    }
  }

  private void learn(String stream, int steps) throws Exception {
    StreamModel model =
        models.computeIfAbsent(
            key(stream),
            key ->
                StreamModel.create(CONFIG, new MicroBatch(key, 0, List.of()), Device.cpu(), START));
    for (int i = 0; i < steps; i++) {
      try (PreparedBatch prepared = model.prepare(batch(stream, i))) {
        model.finish(prepared);
      }
    }
  }

  private static TrainerSnapshot snapshot(
      Map<StreamKey, StreamModel> models, List<MicroBatch> waiting, int keyGroups)
      throws IOException {
    return TrainerSnapshot.of(models, waiting, TrainingBatches.serializer(), keyGroups);
  }

  private static List<byte[]> write(
      Map<StreamKey, StreamModel> models, List<MicroBatch> waiting, int keyGroups)
      throws Exception {
    try (TrainerSnapshot snapshot = snapshot(models, waiting, keyGroups)) {
      return bytes(snapshot, keyGroups);
    }
  }

  /** The bytes of each key group that has any. */
  private static List<byte[]> bytes(TrainerSnapshot snapshot, int keyGroups) throws Exception {
    KeyGroupRange range = KeyGroupRange.of(0, keyGroups - 1);
    StateSnapshotContextSynchronousImpl context =
        new StateSnapshotContextSynchronousImpl(
            1, 1, new MemCheckpointStreamFactory(MAX_BYTES), range, new CloseableRegistry());
    snapshot.write(context.getRawKeyedOperatorStateOutput());
    context.getKeyedStateStreamFuture().run();
    KeyGroupsStateHandle handle =
        (KeyGroupsStateHandle)
            context.getKeyedStateStreamFuture().get().getJobManagerOwnedSnapshot();

    try (FSDataInputStream in = handle.openInputStream()) {
      byte[] all = in.readAllBytes();
      List<Integer> starts = new ArrayList<>();
      range.forEach(group -> starts.add((int) handle.getOffsetForKeyGroup(group)));
      starts.removeIf(start -> start < 0);
      starts.add(all.length);
      List<byte[]> groups = new ArrayList<>();
      for (int i = 0; i + 1 < starts.size(); i++) {
        groups.add(Arrays.copyOfRange(all, starts.get(i), starts.get(i + 1)));
      }
      return groups;
    }
  }

  private int read(
      List<byte[]> groups, Map<StreamKey, StreamModel> readModels, Queue<MicroBatch> readWaiting)
      throws IOException {
    return read(groups, START, readModels, readWaiting);
  }

  private int read(
      List<byte[]> groups,
      JobStart start,
      Map<StreamKey, StreamModel> readModels,
      Queue<MicroBatch> readWaiting)
      throws IOException {
    List<KeyGroupStatePartitionStreamProvider> providers =
        groups.stream()
            .map(
                bytes ->
                    new KeyGroupStatePartitionStreamProvider(new ByteArrayInputStream(bytes), 0))
            .toList();
    try {
      return TrainerSnapshot.read(
          providers,
          CONFIG,
          Device.cpu(),
          start,
          TrainingBatches.serializer(),
          readModels,
          readWaiting);
    } finally {
      restored.addAll(readModels.values());
    }
  }

  private static Map<String, Long> stepsIn(byte[] group) throws IOException {
    Map<String, Long> steps = new TreeMap<>();
    Map<String, StoredModel> read = TrainerSnapshot.readModels(new ByteArrayInputStream(group));
    read.forEach((stream, model) -> steps.put(stream, model.snapshot().step()));
    read.values().forEach(StoredModel::close);
    return steps;
  }
}
