package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rankstream.lab.local.LocalRun;
import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.schemas.EpochAction;
import io.rankstream.schemas.EpochRequest;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ModelVersion;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The command that asks for epochs and shows the last one, on a real broker. */
class EpochCommandITCase {

  private static final String CONTROL = JobOptions.CONTROL_TOPIC.defaultValue();

  @Test
  void sendsRequestsAndShowsTheLastMarkOfAStream() throws Exception {
    try (LocalRun kafka = LocalRun.start("test")) {
      TopicNames topics = TopicNames.defaults();
      assertThat(epoch(kafka, 1, "open")).contains("create the topic, or correct its name");
      kafka.create(topics);
      Topics.createControl(kafka.clients(), CONTROL);
      assertThat(epoch(kafka, 2, "open", "--stream", "a\nb"))
          .contains("Invalid --stream: 'a?b' (must be a name that input.streams accepts)");
      assertThat(epoch(kafka, 0, "status")).contains("Stream default: no epoch was opened");

      assertThat(epoch(kafka, 0, "open", "--stream", "shop"))
          .contains("Asked for an epoch of stream shop in rankstream-control");
      assertThat(epoch(kafka, 0, "abort")).contains("Asked to abort the epoch of stream default");
      assertThat(kafka.read(CONTROL, EpochRequest.getDecoder()))
          .extracting(EpochRequest::getStream, EpochRequest::getAction)
          .containsExactly(tuple("shop", EpochAction.OPEN), tuple("default", EpochAction.ABORT));

      ModelVersion otherStream = Records.mark(9, 9, EpochState.COMPLETE);
      otherStream.setStream("shop");
      mark(kafka, topics, Records.mark(2, 1, EpochState.OPENED));
      mark(kafka, topics, otherStream);
      mark(kafka, topics, Records.version(3)); // a published file
      assertThat(epoch(kafka, 0, "status"))
          .contains(
              "Stream default: epoch 1 of version 2 (lineage ) is open since 2023-11-14T22:13:20Z; version 1 (lineage ) serves until it is complete");
      mark(kafka, topics, Records.mark(2, 1, EpochState.COMPLETE));
      assertThat(epoch(kafka, 0, "status"))
          .contains(
              "is complete since 2023-11-14T22:13:20Z: 1,200 images embedded again, 40 changed meanwhile, 3 refused; read up to offsets 0:1243");
    }
  }

  private static void mark(LocalRun kafka, TopicNames topics, ModelVersion record)
      throws Exception {
    byte[] bytes = new byte[record.toByteBuffer().remaining()];
    record.toByteBuffer().get(bytes);
    RecordSender.send(kafka.clients(), topics.modelVersions(), List.of(bytes));
  }

  /** Runs the command; returns its output and its errors. */
  private static String epoch(LocalRun kafka, int code, String... arguments) {
    List<String> line =
        new ArrayList<>(List.of("epoch", "--bootstrap-servers", kafka.bootstrapServers()));
    line.addAll(List.of(arguments));
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text, true);
    assertThat(Lab.commandLine().setOut(writer).setErr(writer).execute(line.toArray(String[]::new)))
        .as(text.toString())
        .isEqualTo(code);
    return text.toString();
  }
}
