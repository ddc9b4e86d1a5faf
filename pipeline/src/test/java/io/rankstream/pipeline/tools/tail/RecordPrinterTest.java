package io.rankstream.pipeline.tools.tail;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.model.text.Printable;
import io.rankstream.pipeline.event.LineageId;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LetterHeader;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.PrequentialFigures;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordPrinterTest {

  @Test
  void aNestedRecordIsAnObjectWithItsFieldsInJson() throws IOException {
    assertThat(RecordPrinter.json(version()))
        .isEqualTo(
            "{\"stream\":\"default\",\"model_version\":3,\"lineage\":\"\",\"parent_lineage\":\"\","
                + "\"parent_version\":0,\"space_id\":\"default/space\","
                + "\"uri\":\"file:///models/3\",\"sha256\":\"ab\",\"size_bytes\":1000,"
                + "\"published_at\":\"2023-11-14T22:13:20Z\","
                + "\"accuracy\":{\"micro\":0.75,\"macro\":0.5,\"window_micro\":0.25,"
                + "\"window_macro\":null,\"head_recall\":null,\"tail_recall\":null},"
                + "\"epoch\":null,\"drift\":null}");
  }

  @Test
  void aLineOfAVersionHasBothAccuracies() {
    assertThat(RecordPrinter.line(version()))
        .startsWith("default v3  lineage -  file:///models/3  ")
        .endsWith("sha256 ab  prequential micro 0.750 macro 0.500");
  }

  @Test
  void aLineOfAMarkSaysWhatHappenedToTheEpoch() throws IOException {
    ModelVersion mark = Records.mark(3, 2, EpochState.COMPLETE);

    assertThat(RecordPrinter.line(mark))
        .isEqualTo(
            "default epoch 2 COMPLETE  v3 lineage -  after v1 lineage -  images 1,200  refused 3  superseded 40");
    assertThat(RecordPrinter.json(mark))
        .contains(
            "\"epoch\":{\"number\":2,\"state\":\"COMPLETE\",",
            "\"partitions\":[{\"partition\":0,\"end_offset\":1243}]");
  }

  @Test
  void aLineOfAMeasurementTellsWhatItIsAgainst() throws IOException {
    ModelVersion measured = Records.drift(1_300, 300, 0.25);

    assertThat(RecordPrinter.line(measured))
        .isEqualTo(
            "default v1300  lineage -  drift from v300 lineage -  1-cos 0.2500  overlap@10 0.750  R@1 new in new 0.900  new in old 0.800  mapped -  anchors 64  ");
    JsonNode json = new ObjectMapper().readTree(RecordPrinter.json(measured));
    assertThat(json.at("/drift/against_version").asLong()).isEqualTo(300);
  }

  @Test
  void linesShowTheLineageByItsRandomDigits() {
    String lineage = LineageId.born(1_700_000_000_000L);
    String shown = "lineage " + lineage.substring(lineage.length() - 4) + " ";
    ImageEmbedding embedding = Records.embedding(0, "cat", 3, 0.5f);
    TrainingMetrics step = Records.step(3, 1, Map.of());
    ModelVersion version = version();
    embedding.setLineage(lineage);
    step.setLineage(lineage);
    version.setLineage(lineage);

    assertThat(RecordPrinter.line(embedding)).contains("v3 ", shown);
    assertThat(RecordPrinter.line(step)).startsWith("default step 3 ").contains(shown);
    assertThat(RecordPrinter.line(version)).startsWith("default v3 ").contains(shown);
  }

  @Test
  void bytesAreBase64InJson() throws IOException {
    assertThat(RecordPrinter.json(letter("broken"))).contains("\"value\":\"AQID\"", "\"key\":null");
  }

  @Test
  void aLineHasNoControlCharacters() {
    assertThat(RecordPrinter.line(letter("red \u001b[31m\n")))
        .isEqualTo("IMAGE_CORRUPT  images-1@2  red ?[31m?");
    assertThat(RecordPrinter.line(letter("\u009b2J\u009d0;x\u202ecba\u2028")))
        .isEqualTo("IMAGE_CORRUPT  images-1@2  ?2J?0;x?cba?");
  }

  @Test
  void jsonHasControlCharactersInEscapedForm() throws IOException {
    String detail = "\u009b2J\u009d0;x\u202ecba\u2028\u001b";

    String json = RecordPrinter.json(letter(detail));

    assertThat(json).isEqualTo(Printable.line(json));
    assertThat(new ObjectMapper().readTree(json).get("detail").textValue()).isEqualTo(detail);
  }

  @Test
  void aLineOfALetterNamesTheImageAndHowOftenItCameBack() {
    DeadLetter letter = letter("broken");
    letter.setKey(ByteBuffer.wrap("default\ncats/1.jpg".getBytes(StandardCharsets.UTF_8)));
    letter.setHeaders(
        List.of(new LetterHeader("rankstream.redriven", ByteBuffer.wrap(new byte[] {'2'}))));

    assertThat(RecordPrinter.line(letter))
        .isEqualTo("IMAGE_CORRUPT  images-1@2  default/cats/1.jpg  broken  (redriven 2 times)");
  }

  private static ModelVersion version() {
    return ModelVersion.newBuilder()
        .setStream("default")
        .setModelVersion(3)
        .setSpaceId("default/space")
        .setUri("file:///models/3")
        .setSha256("ab")
        .setSizeBytes(1000)
        .setPublishedAt(Instant.ofEpochSecond(1_700_000_000))
        .setAccuracy(
            PrequentialFigures.newBuilder()
                .setMicro(0.75)
                .setMacro(0.5)
                .setWindowMicro(0.25)
                .build())
        .build();
  }

  private static DeadLetter letter(String detail) {
    return DeadLetter.newBuilder()
        .setReason("IMAGE_CORRUPT")
        .setDetail(detail)
        .setSourceTopic("images")
        .setSourcePartition(1)
        .setSourceOffset(2)
        .setSourceTimestamp(Instant.EPOCH)
        .setValue(ByteBuffer.wrap(new byte[] {1, 2, 3}))
        .build();
  }
}
