package io.rankstream.lab.examples;

import static io.rankstream.lab.examples.EmbeddingLines.ids;
import static io.rankstream.lab.examples.EmbeddingLines.nearest;
import static io.rankstream.lab.examples.ExampleRun.EXAMPLES;
import static io.rankstream.lab.examples.ExampleRun.FOREIGN;
import static io.rankstream.lab.examples.ExampleRun.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.lab.local.RecordSender;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in Java as processes of their own, on what the real job wrote. */
class JavaExamplesITCase {

  @TempDir static Path directory;
  private static ExampleRun run;

  @BeforeAll
  static void embedImages() throws Exception {
    run = ExampleRun.start(directory);
  }

  @AfterAll
  static void stopBroker() {
    run.close();
  }

  @Test
  void neighboursAreThoseOfTheNewestEmbeddings() throws Exception {
    Map<String, JsonNode> newest = new HashMap<>();
    run.consumedInJava().forEach(line -> newest.put(line.get("image_id").asText(), line));
    try (SearchExample search =
        SearchExample.startWithoutEpochs(directory, run.kafka().bootstrapServers(), TOPICS)) {
      search.awaitCaughtUp();

      String id = "class-1/1.png";
      JsonNode found = search.get("/neighbours?k=3&id=" + id, 200);
      assertThat(ids(found)).isEqualTo(nearest(newest, id, 3, null));
      assertThat(ids(search.get("/neighbours?k=3&label=class-2&id=" + id, 200)))
          .isEqualTo(nearest(newest, id, 3, "class-2"));
      assertThat(search.neighbours(id))
          .allMatch(each -> each.get("stream").asText().equals("default"));

      String gone = found.get(0).get("id").asText();
      RecordSender.sendTombstone(run.kafka().clients(), TOPICS.embeddings(), "default\n" + gone);
      search.awaitImages(newest.size() - 1);
      assertThat(ids(search.neighbours(id))).doesNotContain(gone);
    }
  }

  @Test
  void javaTellsInOneLineWhatIsWrong() throws Exception {
    assertThat(javaEnds("localhost:1"))
        .startsWith("error: Kafka at localhost:1")
        .endsWith("start it, or correct the address");
    assertThat(javaEnds(run.kafka().bootstrapServers(), "embedings"))
        .startsWith("error: There is no topic embedings");
    assertThat(javaEnds(run.kafka().bootstrapServers(), FOREIGN))
        .startsWith("error: %s-0@0 is not in Avro's single-object encoding".formatted(FOREIGN));
  }

  /** The only line of errors of the Java consumer. */
  private static String javaEnds(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Programs.java(),
                "-cp",
                System.getProperty("java.class.path"),
                EXAMPLES.resolve("java/EmbeddingsConsumer.java").toString()));
    command.addAll(List.of(arguments));
    List<String> lines = run.programs().fail("java-fails", 1, command);
    assertThat(lines).hasSize(1);
    return lines.get(0);
  }
}
