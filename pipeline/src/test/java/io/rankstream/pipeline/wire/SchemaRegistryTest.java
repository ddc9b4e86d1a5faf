package io.rankstream.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LabeledImage;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaRegistryTest {

  private static final Schema SCHEMA = ImageEmbedding.getClassSchema();

  private StubRegistry stub;

  @BeforeEach
  void start() throws Exception {
    stub = new StubRegistry(null);
  }

  @AfterEach
  void stop() {
    stub.close();
  }

  private static SchemaRegistry client(JobConfig.Registry config) {
    return new SchemaRegistry(
        new RegistryRequests(config, Duration.ofMillis(1), Duration.ofMinutes(1)));
  }

  @Test
  void registersOnceAndFindsAgain() throws Exception {
    SchemaRegistry registry = client(new JobConfig.Registry(stub.url() + "/", ""));

    int id = registry.register("embeddings.v2-value", SCHEMA);

    assertThat(id).isEqualTo(70_001);
    assertThat(registry.register("embeddings.v2-value", SCHEMA)).isEqualTo(id);
    assertThat(registry.schema(id)).isEqualTo(SCHEMA);
    assertThat(stub.requests())
        .containsExactly(
            "POST /subjects/embeddings.v2-value/versions",
            "POST /subjects/embeddings.v2-value/versions",
            "GET /schemas/ids/70001");
  }

  @Test
  void logsIn(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("login");
    Files.writeString(file, "anna:s3cret:mit Ümlaut\n");
    try (StubRegistry closed = new StubRegistry("anna:s3cret:mit Ümlaut")) {
      assertThat(
              client(new JobConfig.Registry(closed.url(), file.toString()))
                  .register("a-value", SCHEMA))
          .isPositive();
      assertThatThrownBy(() -> client(closed.config()).register("a-value", SCHEMA))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("answers 401 to POST /subjects/a-value/versions: Unauthorized")
          .hasMessageContaining("check the login in registry.basic-auth-file");
      assertThat(closed.requests()).hasSize(2); // a wrong login is not tried again
    }
  }

  @Test
  void neverTellsTheLogin(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("login");
    Files.writeString(file, "s3cret without a colon");
    String variable = BasicAuth.VARIABLE;

    assertThatThrownBy(() -> BasicAuth.header(file.toString(), Map.of()))
        .hasMessageContaining("must hold one line user:password")
        .hasMessageNotContaining("s3cret");
    assertThatThrownBy(() -> BasicAuth.header("", Map.of(variable, "s3cret")))
        .hasMessageContaining(variable)
        .hasMessageNotContaining("s3cret");
    assertThatThrownBy(() -> BasicAuth.header(directory.resolve("none").toString(), Map.of()))
        .hasMessageContaining("none of the registry's login cannot be read (NoSuchFileException)");
    assertThat(BasicAuth.header("", Map.of())).isEmpty();
    assertThat(BasicAuth.header("", Map.of(variable, "user:password")))
        .contains("Basic dXNlcjpwYXNzd29yZA==");
  }

  @Test
  void asksAgainWhileTheRegistryIsIll() throws Exception {
    int id = stub.add(SCHEMA);
    stub.fail(503, 3);

    assertThat(client(stub.config()).schema(id)).isEqualTo(SCHEMA);
    assertThat(stub.requests()).hasSize(4);
  }

  @Test
  void failsWhenTheRegistryStaysIll() {
    stub.fail(500, 100);

    assertThatThrownBy(() -> client(stub.config()).schema(7))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("answers 500 (6 attempts of GET /schemas/ids/7)");
    assertThat(stub.requests()).hasSize(6);
  }

  @Test
  void failsWhenNobodyListens() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    assertThatThrownBy(
            () -> client(new JobConfig.Registry("http://localhost:" + port, "")).schema(7))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("http://localhost:%d cannot be reached".formatted(port))
        .hasMessageContaining("check registry.url, and that the registry runs");
  }

  @Test
  void tellsAnUnknownSchemaFromAWrongAddress() {
    SchemaRegistry elsewhere = client(new JobConfig.Registry(stub.url() + "/elsewhere", ""));

    assertThatThrownBy(() -> client(stub.config()).schema(7))
        .isInstanceOf(SchemaUnknownException.class)
        .hasMessage("The schema registry has no schema 7");
    assertThatThrownBy(() -> elsewhere.schema(7))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("answers 404")
        .hasMessageContaining("check that registry.url is the address of a registry");
  }

  @Test
  void tellsASchemaThatDoesNotFitTheSubject() {
    stub.fail(409, 1);

    assertThatThrownBy(() -> client(stub.config()).register("a-value", SCHEMA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("answers 409")
        .hasMessageContaining("not compatible");
  }

  @Test
  void refusesWhatIsNoSchemaOfAvro() {
    int protobuf = stub.add("PROTOBUF", "syntax = \"proto3\";");
    int broken = stub.add("AVRO", "{\"type\": \"record\"}");

    assertThatThrownBy(() -> client(stub.config()).schema(protobuf))
        .isInstanceOf(SchemaUnknownException.class)
        .hasMessageContaining("is not an Avro schema: its type is PROTOBUF");
    assertThatThrownBy(() -> client(stub.config()).schema(broken))
        .isInstanceOf(SchemaUnknownException.class)
        .hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> client(stub.config()).schema(-5))
        .isInstanceOf(SchemaUnknownException.class);
  }

  @Test
  void asksForEachSchemaOnce() throws Exception {
    WriterSchemas schemas =
        new WriterSchemas(client(stub.config()), List.of(SCHEMA, DeadLetter.getClassSchema()));
    int embedding = stub.add(SCHEMA);
    int letter = stub.add(DeadLetter.getClassSchema());
    int other = stub.add(LabeledImage.getClassSchema());

    for (int i = 0; i < 5; i++) {
      assertThat(schemas.resolve(embedding).reader()).isEqualTo(SCHEMA);
      assertThat(schemas.resolve(letter).reader()).isEqualTo(DeadLetter.getClassSchema());
      assertThatThrownBy(() -> schemas.resolve(other)).isInstanceOf(SchemaUnknownException.class);
      assertThatThrownBy(() -> schemas.resolve(7)).isInstanceOf(SchemaUnknownException.class);
    }
    assertThat(stub.requests()).hasSize(4);
  }

  @Test
  void saysWhyASchemaCannotBeResolved() {
    Schema other =
        SchemaBuilder.record("LabeledImage")
            .namespace("io.rankstream.schemas")
            .fields()
            .requiredString("image_id")
            .endRecord();
    int id = stub.add(other);
    WriterSchemas schemas =
        new WriterSchemas(client(stub.config()), List.of(LabeledImage.getClassSchema()));

    assertThatThrownBy(() -> schemas.resolve(id))
        .isInstanceOf(SchemaUnknownException.class)
        .hasMessageContaining("cannot be read as a LabeledImage: ")
        .hasMessageContaining("event_time");
  }
}
