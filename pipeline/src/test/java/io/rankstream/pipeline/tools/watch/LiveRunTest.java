package io.rankstream.pipeline.tools.watch;

import static io.rankstream.pipeline.tools.Records.drift;
import static io.rankstream.pipeline.tools.Records.embedding;
import static io.rankstream.pipeline.tools.Records.letter;
import static io.rankstream.pipeline.tools.Records.step;
import static io.rankstream.pipeline.tools.Records.version;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.pipeline.wire.RedrivenCount;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LetterHeader;
import io.rankstream.schemas.ReplicaRound;
import io.rankstream.schemas.TrainingMetrics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LiveRunTest {

  private static final Place PLACE = new Place(new TopicPartition("letters", 0), 7);

  private final LiveRun run = new LiveRun();

  private static List<String> texts(JsonNode array, String field) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.get(field).asText()));
    return texts;
  }

  @Test
  void showsNothingBeforeTheFirstRecord() {
    JsonNode json = run.json(null);
    assertThat(json.get("streams")).isEmpty();
    assertThat(json.has("stream")).isFalse();
    assertThat(json.at("/deadLetters/total").asLong()).isZero();
  }

  @Test
  void gathersStepsIntoCurvesAndBalance() {
    add(step(1, 4, Map.of("cat", 4, "dog", 4)));
    add(step(2, 2, Map.of("cat", 4, "dog", 2)));

    JsonNode stream = run.json(null).get("stream");
    assertThat(stream.get("step").asLong()).isEqualTo(2);
    assertThat(stream.get("stepsPerSecond").asDouble()).isEqualTo(10);
    assertThat(stream.get("micro").asDouble()).isEqualTo(0.75);
    assertThat(stream.at("/curve/step").toString()).isEqualTo("[1,2]");
    assertThat(stream.at("/curve/classification").toString()).isEqualTo("[2.0,1.0]");
    assertThat(stream.at("/curve/ranking").toString()).isEqualTo("[1.0,0.5]");
    assertThat(stream.at("/curve/micro").toString()).isEqualTo("[null,0.75]");
    assertThat(texts(stream.get("classes"), "name")).containsExactly("cat", "dog");
    assertThat(texts(stream.get("classes"), "traffic")).containsExactly("0", "0");
    assertThat(texts(stream.get("classes"), "slots")).containsExactly("8", "6");
    assertThat(texts(stream.get("classes"), "recall")).containsExactly("0.25", "null");
  }

  @Test
  void countsAnImageOnceHoweverOftenItIsReplayed() {
    add(embedding(0, "dog", 1, 0, 0));
    add(embedding(1, "cat", 1, 0, 1));
    add(embedding(0, "dog", 2, 1, 0));
    add(embedding(2, null, 2, 1, 1));

    JsonNode stream = run.json("default").get("stream");
    assertThat(stream.get("images").asLong()).isEqualTo(3);
    assertThat(stream.get("labeled").asLong()).isEqualTo(2);
    assertThat(stream.get("embeddings").asLong()).isEqualTo(4);
    assertThat(stream.get("classes")).extracting(c -> c.get("traffic").asLong()).containsOnly(1L);
  }

  @Test
  void countsDeadLettersAndShowsTheLast() {
    for (int i = 0; i < 30; i++) {
      add(letter(i % 3 == 0 ? "LABEL_INVALID" : "IMAGE_CORRUPT", "x".repeat(1000), i));
    }

    JsonNode letters = run.json(null).get("deadLetters");
    assertThat(letters.get("total").asLong()).isEqualTo(30);
    assertThat(letters.get("reasons").toString())
        .isEqualTo("{\"IMAGE_CORRUPT\":20,\"LABEL_INVALID\":10}");
    assertThat(letters.get("last")).hasSize(20);
    assertThat(texts(letters.get("last"), "origin")).startsWith("images-0@29", "images-0@28");
    assertThat(texts(letters.get("last"), "detail")).allMatch(detail -> detail.length() < 310);
  }

  @Test
  void tellsTheShareOfEachReasonInTheLastRecords() {
    add(letter("LABEL_INVALID", "", 0));
    add(letter("IMAGE_CORRUPT", "", 1));
    add(letter("IMAGE_CORRUPT", "", 2));
    add(embedding(3, "cat", 1, 0, 0));

    JsonNode letters = run.json(null).get("deadLetters");
    assertThat(letters.get("share").asDouble()).isEqualTo(0.75);
    assertThat(letters.get("shares").toString())
        .isEqualTo("{\"IMAGE_CORRUPT\":0.5,\"LABEL_INVALID\":0.25}");
    add(embedding(1001, "cat", 1, 0, 0));
    assertThat(run.json(null).at("/deadLetters/shares").toString())
        .isEqualTo("{\"IMAGE_CORRUPT\":0.001}");
  }

  @Test
  void namesTheImageOfALetterAndFindsTheLetterAgain() {
    DeadLetter named = letter("LABEL_INVALID", "", 12);
    named.setKey(ByteBuffer.wrap(new RecordKey("default", "cats/1.jpg").bytes()));
    add(named);
    add(letter("ENVELOPE_INVALID", "", 13)); // has no key

    JsonNode last = run.json(null).at("/deadLetters/last");
    assertThat(last.at("/1/stream").asText()).isEqualTo("default");
    assertThat(last.at("/1/image").asText()).isEqualTo("cats/1.jpg");
    assertThat(last.get(0).has("image")).isFalse();
    LiveLetters.Shown found = run.letter(last.at("/1/key").asLong()).orElseThrow();
    assertThat(found.place()).isEqualTo(PLACE);
    assertThat(found.source()).hasToString("images-0@12");
    for (int i = 0; i < 20; i++) {
      add(letter("LABEL_INVALID", "", 14 + i));
    }
    assertThat(run.letter(found.key())).as("newer ones took its place").isEmpty();
  }

  @Test
  void showsTheNewestModelVersionsFirst() {
    for (int i = 1; i <= 12; i++) {
      add(version(i));
    }

    JsonNode versions = run.json(null).at("/stream/versions");
    assertThat(texts(versions, "version"))
        .containsExactly("12", "11", "10", "9", "8", "7", "6", "5", "4", "3");
    assertThat(versions.get(0).get("micro").asDouble()).isEqualTo(0.75);
    assertThat(versions.get(0).get("macro").isNull()).isTrue();
  }

  @Test
  void aMarkOfAnEpochIsNoModelVersion() {
    add(version(1));
    add(Records.mark(2, 1, EpochState.OPENED));

    assertThat(texts(run.json(null).at("/stream/versions"), "version")).containsExactly("1");
  }

  @Test
  void aMeasurementIsNoPublishedVersion() {
    add(version(1_000));
    add(drift(1_300, 1_250, 0.01));
    add(drift(1_300, 300, 0.25));

    JsonNode stream = run.json(null).get("stream");
    assertThat(texts(stream.get("versions"), "version")).containsExactly("1000");
    assertThat(stream.get("drift").toString())
        .isEqualTo(
            "{\"version\":1300,\"against\":300,\"cosineShift\":0.25,\"newInNew\":0.9,\"newInOld\":0.8,\"mapped\":null}");
  }

  @Test
  void showsTheEpochThatServesAndHowFarTheOpenOneIs() {
    add(step(1, 1, Map.of("cat", 4)));
    assertThat(run.json(null).get("stream").has("epochs")).as("none was marked").isFalse();

    add(Records.mark(3, 1, EpochState.OPENED));
    add(Records.mark(3, 1, EpochState.COMPLETE));
    add(Records.mark(5, 2, EpochState.OPENED));
    for (long version : new long[] {3, 5, 5}) {
      ImageEmbedding embedding = embedding(0, "cat", version, 0.5f);
      embedding.setLineage(version(5).getLineage());
      add(embedding);
    }

    JsonNode epochs = run.json(null).at("/stream/epochs");
    assertThat(epochs.at("/serving/number").asLong()).isEqualTo(1);
    assertThat(epochs.at("/serving/version").asLong()).isEqualTo(3);
    assertThat(epochs.at("/serving/images").asLong()).isEqualTo(1200);
    assertThat(epochs.at("/open/number").asLong()).isEqualTo(2);
    assertThat(epochs.at("/open/embedded").asLong()).isEqualTo(2);

    add(Records.mark(5, 2, EpochState.ABORTED));

    assertThat(run.json(null).at("/stream/epochs").has("open")).isFalse();
    assertThat(run.json(null).at("/stream/epochs/serving/number").asLong()).isEqualTo(1);
  }

  @Test
  void showsTheNewestRoundAndTheWaitOfEachReplica() {
    add(step(1, 1, Map.of("cat", 4)));
    assertThat(run.json(null).get("stream").has("rounds")).as("a model alone").isFalse();

    add(ofReplica(2, new ReplicaRound(4L, 0, 4, 12.5)));
    add(ofReplica(3, new ReplicaRound(5L, 2, 4, 250.0)));
    add(ofReplica(5, new ReplicaRound(4L, 3, 4, null)));
    assertThat(run.json(null).at("/stream/rounds").toString())
        .isEqualTo("{\"round\":5,\"replicas\":4,\"waitMillis\":[12.5,null,250.0,null]}");

    add(ofReplica(6, new ReplicaRound(6L, 1, 2, 3.0)));
    assertThat(run.json(null).at("/stream/rounds").toString())
        .as("two have left")
        .isEqualTo("{\"round\":6,\"replicas\":2,\"waitMillis\":[12.5,3.0]}");
  }

  private static TrainingMetrics ofReplica(long step, ReplicaRound round) {
    TrainingMetrics metrics = step(step, 1, Map.of("cat", 4));
    metrics.setRound(round);
    return metrics;
  }

  @Test
  void tellsWhatIsWrongUntilItIsNot() {
    run.problem("embeddings", "the topic is not there yet");
    assertThat(run.json(null).get("problems").toString())
        .isEqualTo("[\"embeddings: the topic is not there yet\"]");
    run.problem("embeddings", null);
    assertThat(run.json(null).get("problems")).isEmpty();
  }

  @Test
  void findsNeighboursByDistance() {
    add(embedding(0, "cat", 1, 0, 0));
    add(embedding(1, "cat", 1, 5, 0));
    add(embedding(2, "cat", 1, 1, 0));
    add(embedding(3, "dog", 1, 9, 0));

    LiveStream stream = run.stream("default").orElseThrow();
    assertThat(texts(stream.neighbours(0), "id"))
        .containsExactly("image-0", "image-2", "image-1", "image-3");
    assertThat(stream.neighbours(99)).isEmpty();
    assertThat(stream.map()).hasSize(4);
  }

  @Test
  void aDeletedImageIsShownNoMore() {
    add(embedding(0, "cat", 1, 0, 0));
    add(embedding(1, "cat", 1, 5, 0));
    add(embedding(1, "dog", 2, 5, 0)); // labelled anew
    add(embedding(2, "cat", 1, 1, 0));
    long before = run.json(null).at("/stream/sample").asLong();

    run.forget(new RecordKey("default", "image-1"));
    run.forget(new RecordKey("default", "never-seen"));
    run.forget(new RecordKey("other", "image-0")); // another image

    LiveStream stream = run.stream("default").orElseThrow();
    assertThat(texts(stream.neighbours(0), "id")).containsExactly("image-0", "image-2");
    assertThat(stream.map()).hasSize(2);
    assertThat(run.json(null).at("/stream/sample").asLong()).isGreaterThan(before);
  }

  @Test
  void tellsTheNewestWeightsThatEmbeddedAnImage() {
    add(embedding(0, null, 7, 0, 0)); // at its arrival
    add(embedding(0, "cat", 9, 0, 0)); // trained on
    add(embedding(1, null, 8, 0, 0)); // of older weights, read later

    JsonNode stream = run.json(null).get("stream");
    assertThat(stream.get("newestVersion").asLong()).isEqualTo(9);
    assertThat(stream.get("embeddings").asLong()).isEqualTo(3);
    assertThat(stream.get("trainedEmbeddings").asLong()).isEqualTo(1);
  }

  @Test
  void aNewLineageIsNewerWhateverItsSteps() {
    ImageEmbedding before = embedding(0, "cat", 900, 0, 0);
    before.setLineage("a");
    ImageEmbedding after = embedding(1, "cat", 3, 0, 0);
    after.setLineage("b");
    add(after);
    add(before);

    JsonNode stream = run.json(null).get("stream");
    assertThat(stream.get("newestVersion").asLong()).isEqualTo(3);
    assertThat(stream.get("newestLineage").asText()).isEqualTo("b");
  }

  @Test
  void aClassHasOneColourInTableAndMap() {
    add(embedding(0, "cat", 1, 0, 0));
    add(embedding(1, "dog", 1, 1, 0));
    add(embedding(2, null, 1, 2, 0)); // predicted to be a cat

    JsonNode map = run.stream(null).orElseThrow().map();
    JsonNode classes = run.json(null).at("/stream/classes");
    for (JsonNode point : map) {
      String name = point.get(3).isNull() ? "cat" : point.get(3).asText();
      assertThat(classes)
          .filteredOn(each -> each.get("name").asText().equals(name))
          .allMatch(each -> each.get("colour").asInt() == point.get(6).asInt());
    }
    assertThat(classes).extracting(each -> each.get("colour").asInt()).doesNotHaveDuplicates();
  }

  @Test
  void tellsStepsThatWereNotTaken() {
    TrainingMetrics skipped = step(2, Double.NaN, Map.of("cat", 4));
    skipped.setOutcome("skipped");
    skipped.setFault("non_finite");
    add(step(1, 4, Map.of("cat", 4)));
    add(skipped);
    add(step(3, 4, Map.of("cat", 4)));

    JsonNode stream = run.json(null).get("stream");
    assertThat(stream.get("notTaken").asLong()).isEqualTo(1);
    assertThat(stream.at("/lastNotTaken/step").asLong()).isEqualTo(2);
    assertThat(stream.at("/lastNotTaken/fault").asText()).isEqualTo("non_finite");
  }

  @Test
  void tellsTheShareOfDeadLettersAndThoseThatCameBack() {
    assertThat(run.json(null).at("/deadLetters/share").isNull()).isTrue();
    for (int i = 0; i < 3; i++) {
      add(embedding(i, "cat", 1, 0, i));
    }
    DeadLetter again = letter("IMAGE_CORRUPT", "", 3);
    again.setHeaders(
        List.of(
            LetterHeader.newBuilder()
                .setKey(RedrivenCount.HEADER)
                .setValue(ByteBuffer.wrap("2".getBytes(StandardCharsets.US_ASCII)))
                .build()));
    add(again);
    add(again); // the same record, after a failure

    JsonNode letters = run.json(null).get("deadLetters");
    assertThat(letters.get("share").asDouble()).isEqualTo(0.25);
    assertThat(letters.get("repeats").asLong()).isEqualTo(2);
    assertThat(letters.at("/last/0/redriven").asInt()).isEqualTo(2);
  }

  @Test
  void isStalledOnlyWhileTheInputHasMore() {
    Instant taken = Instant.ofEpochMilli(1_700_000_000_100L);
    MovingClock clock = new MovingClock(taken);
    LiveRun silent = new LiveRun(clock);
    assertThat(state(silent)).isEqualTo("STARTING");
    silent.add(step(1, 4, Map.of("cat", 4)), PLACE);
    assertThat(state(silent)).isEqualTo("TRAINING");
    silent.add(embedding(4, "cat", 1, 0, 0), PLACE);
    assertThat(silent.inputDone()).isEqualTo(Map.of(new TopicPartition("images", 0), 5L));
    clock.now = taken.plusSeconds(600);
    silent.waiting(12L);
    assertThat(state(silent)).isEqualTo("STALLED");
    silent.waiting(0L);
    assertThat(state(silent)).isEqualTo("IDLE");
    silent.add(embedding(5, null, 1, 0, 0), PLACE);
    assertThat(state(silent)).isEqualTo("ARRIVING");
    silent.kafkaIsAway("no answer");
    assertThat(state(silent)).isEqualTo("NO_KAFKA");
    assertThat(silent.json(null).get("problems").toString()).contains("Kafka: no answer");
    silent.kafkaAnswers();
    assertThat(silent.json(null).get("problems")).isEmpty();
  }

  @Test
  void memoryDoesNotGrowWithNames() {
    for (int i = 0; i < 6000; i++) {
      add(embedding(i, "class-" + i, i, 0, i));
      add(letter("REASON_" + i, "", i));
    }

    JsonNode json = run.json(null);
    assertThat(json.at("/deadLetters/reasons")).hasSize(51);
    assertThat(json.at("/deadLetters/reasons/other reasons").asInt()).isEqualTo(5950);
    assertThat(json.at("/deadLetters/shares")).hasSize(1); // of the last 1,000
    assertThat(json.at("/stream/classes")).hasSize(100);
    assertThat(json.at("/stream/moreClasses").asInt()).isEqualTo(4900);
    assertThat(run.stream("default").orElseThrow().map()).hasSizeLessThanOrEqualTo(2000);
  }

  private void add(SpecificRecord record) {
    run.add(record, PLACE);
  }

  private static String state(LiveRun run) {
    return run.json(null).at("/health/state").asText();
  }

  private static final class MovingClock extends Clock {
    private Instant now;

    private MovingClock(Instant now) {
      this.now = now;
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
