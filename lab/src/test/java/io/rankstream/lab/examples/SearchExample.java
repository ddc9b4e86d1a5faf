package io.rankstream.lab.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.lab.Documents;
import io.rankstream.pipeline.kafka.TopicNames;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** An example that answers searches, as a process of its own. */
final class SearchExample implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LISTENING = "Listening at ";

  /** Which program it is. */
  enum Kind {
    MEMORY("NeighbourSearch"),
    LUCENE("LuceneSearch");

    private final String program;

    Kind(String program) {
      this.program = program;
    }

    private List<String> arguments(String servers, TopicNames topics, Path folder) {
      return this == MEMORY
          ? List.of(servers, topics.embeddings(), "0", topics.modelVersions())
          : List.of(servers, topics.embeddings(), topics.modelVersions(), "0", folder.toString());
    }
  }

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final Path errors;
  private final String address;

  private SearchExample(Process process, Path errors, String address) {
    this.process = process;
    this.errors = errors;
    this.address = address;
  }

  /**
   * Starts a program that follows the epochs of a job.
   *
   * @param directory directory of its classes, its output and its indexes
   */
  static SearchExample start(Kind kind, Path directory, String servers, TopicNames topics)
      throws Exception {
    return start(
        directory,
        command(
            directory,
            kind.program,
            kind.arguments(servers, topics, directory.resolve("indexes"))));
  }

  /** Starts a program that does not know of epochs. */
  static SearchExample startWithoutEpochs(Path directory, String servers, TopicNames topics)
      throws Exception {
    return start(
        directory,
        command(directory, Kind.MEMORY.program, List.of(servers, topics.embeddings(), "0")));
  }

  private static SearchExample start(Path directory, List<String> command) throws IOException {
    Path output = Files.createTempFile(directory, "search", ".out");
    Process process = new Programs(directory).start(output, command);
    await()
        .atMost(PATIENCE)
        .until(() -> Files.readString(output).contains("\n") || !process.isAlive());
    Path errors = output.resolveSibling(output.getFileName() + ".err");
    assertThat(Files.readString(output)).as(Files.readString(errors)).startsWith(LISTENING);
    return new SearchExample(
        process, errors, Files.readString(output).substring(LISTENING.length()).strip());
  }

  /** The command that runs a search program, which is compiled if it was not yet. */
  static List<String> command(Path directory, String program, List<String> arguments)
      throws IOException {
    if (Files.notExists(directory.resolve(program + ".class"))) {
      compile(directory, program);
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                Programs.java(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1", // it starts sooner
                "-cp",
                directory + File.pathSeparator + System.getProperty("java.class.path"),
                program));
    command.addAll(arguments);
    return command;
  }

  private static void compile(Path directory, String program) throws IOException {
    Path sources = Documents.ROOT.resolve("examples/java/search");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter problems = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of(
              "-proc:none",
              "-d",
              directory.toString(),
              "-sourcepath",
              sources.toString(),
              "-cp",
              System.getProperty("java.class.path"));
      boolean isCompiled =
          compiler
              .getTask(
                  problems,
                  files,
                  null,
                  options,
                  null,
                  files.getJavaFileObjects(sources.resolve(program + ".java")))
              .call();
      assertThat(isCompiled).as(problems.toString()).isTrue();
    }
  }

  /** The whole answer to a path and query, such as /status. */
  HttpResponse<String> ask(String pathAndQuery) throws IOException, InterruptedException {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(address + pathAndQuery)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("It does not answer: " + Files.readString(errors), e);
    }
  }

  /** The body of an answer that must have a code. */
  JsonNode get(String pathAndQuery, int code) throws IOException, InterruptedException {
    HttpResponse<String> response = ask(pathAndQuery);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(code);
    return JSON.readTree(response.body());
  }

  /** The images nearest to an image of the stream default, all of them. */
  JsonNode neighbours(String id) throws IOException, InterruptedException {
    return get("/neighbours?k=1000&id=" + URLEncoder.encode(id, StandardCharsets.UTF_8), 200);
  }

  void awaitImages(int count) {
    await().atMost(PATIENCE).until(() -> get("/status", 200).get("images").asInt() == count);
  }

  void awaitCaughtUp() {
    await().atMost(PATIENCE).until(() -> get("/status", 200).get("caught_up").asBoolean());
  }

  /** Kills the process without a warning. */
  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
  }
}
