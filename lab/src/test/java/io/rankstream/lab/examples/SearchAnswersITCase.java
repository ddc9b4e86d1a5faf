package io.rankstream.lab.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.JobOutput;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.EpochState;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the search examples say when there is no answer, on a real broker. */
class SearchAnswersITCase {

  private static LocalRun kafka;
  private static int tests;

  @TempDir Path directory;
  private TopicNames topics;
  private JobOutput job;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = LocalRun.start("search-answers");
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @BeforeEach
  void createTopics() throws Exception {
    tests++;
    topics =
        new TopicNames("images", "embeddings-" + tests, "metrics", "models-" + tests, "letters");
    try (Admin admin = Admin.create(kafka.clients())) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(topics.embeddings(), 2, (short) 1),
                  new NewTopic(topics.modelVersions(), 1, (short) 1)))
          .all()
          .get();
    }
    job = new JobOutput(kafka.clients(), topics);
  }

  @AfterEach
  void endJob() {
    job.close();
  }

  @ParameterizedTest
  @EnumSource
  void aQuestionThatIsWrongGetsASentence(SearchExample.Kind kind) throws Exception {
    try (SearchExample search = start(kind)) {
      search.awaitCaughtUp();
      assertThat(error(search, "/neighbours?id=a", 404)).startsWith("There is no stream default");

      job.commit(job.embedding("a", 1), job.embedding("b", 1));
      search.awaitImages(2);
      assertThat(search.neighbours("a")).hasSize(1);
      assertThat(error(search, "/neighbours?id=nobody", 404))
          .isEqualTo("There is no embedding of the image nobody in the stream default");
      assertThat(error(search, "/neighbours?id=a&stream=shop", 404))
          .isEqualTo("There is no stream shop (there are [default])");
      assertThat(error(search, "/neighbours", 400)).startsWith("Ask with id=IMAGE");
      assertThat(error(search, "/neighbours?id=a&number=3", 400)).contains("[id, k, label");
      for (String k : List.of("0", "1001", "-1", "many", "")) {
        assertThat(error(search, "/neighbours?id=a&k=" + k, 400))
            .isEqualTo("Invalid k: %s (must be 1 to 1000)".formatted(k));
      }
    }
  }

  /** A transaction that is open holds readers up. */
  @ParameterizedTest
  @EnumSource
  void anIndexThatIsNotReadYetIsToBeAskedLater(SearchExample.Kind kind) throws Exception {
    job.write(job.embedding("a", 1), job.embedding("b", 1));
    try (SearchExample search = start(kind)) {
      assertToBeAskedLater(search, "still being read");

      job.commit();
      search.awaitImages(2);
      assertThat(search.neighbours("a")).hasSize(1);
    }
  }

  /** The embeddings of the epoch may have replaced those of the version before. */
  @ParameterizedTest
  @EnumSource
  void anEpochThatIsOpenAtTheStartIsToBeAskedLater(SearchExample.Kind kind) throws Exception {
    job.commit(job.embedding("a", 1), job.embedding("b", 1));
    job.commit(job.mark(5, EpochState.OPENED), job.embedding("a", 5));
    try (SearchExample search = start(kind)) {
      search.awaitCaughtUp();
      assertToBeAskedLater(search, "no whole index until an epoch is complete");

      job.commit(job.embedding("b", 5), job.mark(5, EpochState.COMPLETE));
      search.awaitImages(2);
      assertThat(search.neighbours("a").get(0).get("model_version").asInt()).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anEpochThatIsGivenUpNeverAnswers(SearchExample.Kind kind) throws Exception {
    try (SearchExample search = start(kind)) {
      job.commit(job.embedding("a", 1), job.embedding("b", 1));
      search.awaitImages(2);
      job.commit(job.mark(5, EpochState.OPENED), job.embedding("a", 5), job.embedding("c", 5));
      job.commit(job.mark(5, EpochState.ABORTED), job.embedding("d", 1));
      search.awaitImages(3);
      assertThat(search.neighbours("a")).allMatch(each -> each.get("model_version").asInt() == 1);

      job.commit(job.embedding("a", 9), job.embedding("d", 9), job.mark(9, EpochState.COMPLETE));
      search.awaitImages(2);
      assertThat(search.neighbours("a").get(0).get("model_version").asInt()).isEqualTo(9);
    }
  }

  @Test
  void aProgramThatCannotStartSaysWhyInOneLine() throws Exception {
    assertThat(endOf(List.of("localhost:1", "embeddings", "0")))
        .startsWith("error: Kafka at localhost:1 does not do what is asked")
        .endsWith("start it, or correct the address");
    assertThat(endOf(List.of("nowhere", "embeddings", "0"))).contains("Kafka at nowhere");
    assertThat(endOf(List.of(kafka.bootstrapServers(), "embedings", "0")))
        .startsWith("error: There is no topic embedings: correct its name");
    assertThat(endOf(List.of(kafka.bootstrapServers(), topics.embeddings(), "port")))
        .isEqualTo("error: Invalid port: port (must be 0 to 65535)");
    try (ServerSocket used = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      String port = Integer.toString(used.getLocalPort());
      assertThat(endOf(List.of(kafka.bootstrapServers(), topics.embeddings(), port)))
          .isEqualTo("error: Port %s is in use: give another one, or 0".formatted(port));
    }
  }

  /** The only line of errors of a program that ends at once. */
  private String endOf(List<String> arguments) throws Exception {
    List<String> lines =
        new Programs(directory)
            .fail("end", 1, SearchExample.command(directory, "NeighbourSearch", arguments));
    assertThat(lines).hasSize(1);
    return lines.get(0);
  }

  private SearchExample start(SearchExample.Kind kind) throws Exception {
    return SearchExample.start(kind, directory, kafka.bootstrapServers(), topics);
  }

  private static String error(SearchExample search, String question, int code) throws Exception {
    return search.get(question, code).get("error").asText();
  }

  private static void assertToBeAskedLater(SearchExample search, String why) throws Exception {
    HttpResponse<String> response = search.ask("/neighbours?id=a");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
    assertThat(response.body()).contains(why);
    assertThat(response.headers().firstValue("Retry-After")).contains("5");
  }
}
