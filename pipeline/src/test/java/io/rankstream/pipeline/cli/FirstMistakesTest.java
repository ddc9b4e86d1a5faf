package io.rankstream.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What people type in their first hour: each command, the exit code, and what they are told. */
class FirstMistakesTest {

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void writeFiles() throws Exception {
    write("windows.properties", "\uFEFFbatch.classes = 4\r\nbatch.images-per-class = 3\r\n");
    write("job.yaml", "batch:\n  classes: 4\n");
    write("kafka.properties", "secruity.protocol = SSL\n");
    write("secret.properties", "sasl.jaas.config = ${env:NO_SUCH_NAME}\n");
    write("photos/cats/1.png", "");
    write("photos/dogs/1.png", "");
    try (ZipOutputStream file =
        new ZipOutputStream(Files.newOutputStream(directory.resolve("resnet.pth")))) {
      file.putNextEntry(new ZipEntry("archive/data.pkl"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          run --dry-run --config DIR/job.yaml                     | 2 | it is YAML; write a key whole in its line, such as batch.classes = 8
          run --dry-run --config DIR                              | 2 | (it is a directory): give a properties file of 'key = value' lines
          run --dry-run --batch.klasses 4                         | 2 | Unknown key batch.klasses (did you mean batch.classes?)
          run --dry-run --rest.prt 8081                           | 2 | Unknown key rest.prt (did you mean rest.port?)
          run --dry-run --kafka.bootstrap.server kafka:9092       | 2 | Unknown key kafka.bootstrap.server (did you mean kafka.bootstrap.servers?)
          run --dry-run --execution.checkpointing.interval 3q     | 2 | Invalid execution.checkpointing.interval: 3q (Flink: Time interval unit label 'q'
          run --dry-run --kafka.bootstrap.servers localhost       | 2 | Invalid kafka.bootstrap.servers: localhost (write HOST:PORT, such as localhost:9092; separate several by commas)
          run --dry-run --kafka.bootstrap.servers a:1,b:          | 2 | Invalid kafka.bootstrap.servers: a:1,b: (write HOST:PORT
          run --dry-run --kafka.acks 7                            | 2 | Invalid kafka.acks: 7 (Kafka: String must be one of: all, -1, 0, 1)
          run --dry-run --execution.checkpointing.dir /data/cp    | 2 | Invalid execution.checkpointing.dir: /data/cp (must be a URI, such as file:///data/cp)
          run --dry-run --versions.directory=~/models             | 2 | must be a whole path, since only a shell replaces ~
          run --dry-run --model.height 64                         | 2 | Missing model.width (model.height = 64 stands alone
          run --dry-run --model.weights DIR/resnet.pth            | 1 | it is PyTorch's own format, a pickle, which can hold programs and is never read
          run --dry-run --kafka.sasl.jaas.config ${env:NO_NAME}   | 2 | The environment variable NO_NAME that kafka.sasl.jaas.config names is not set
          run --dry-run --batch.classes                           | 2 | Missing value of --batch.classes (settings are written --key value)
          run --dry-run batch.classes=8                           | 2 | Unexpected argument batch.classes=8 (settings are written --key value)
          tail metrics --kafka-config DIR/kafka.properties        | 2 | Unknown key secruity.protocol (did you mean security.protocol?)
          tail metrics --kafka-config DIR/secret.properties       | 2 | The environment variable NO_SUCH_NAME that sasl.jaas.config names is not set
          tail metrics --bootstrap-servers localhost              | 1 | Invalid url in bootstrap.servers: localhost (write HOST:PORT, such as localhost:9092)
          tail metric                                             | 2 | metric (must be one of embeddings, metrics, models, dead-letters)
          feed --data DIR/nowhere                                 | 1 | does not exist: give a folder of class folders
          feed --data DIR/photos/cats/1.png                       | 1 | 1.png is neither a folder nor a zip file: give a folder or a zip file with a folder of images
          feed --data=~/photos                                    | 2 | since only a shell replaces ~
          evaluate --model DIR/resnet.pth --data DIR/photos --test-share 1 | 1 | is not a safetensors file: it is PyTorch's own format
          verify DIR/resnet.pth                                   | 1 | is not a safetensors file: it is PyTorch's own format, a pickle, which can hold programs and is never read
          verify DIR/photos                                       | 1 | is no checkpoint: give a directory that has a file _metadata
          export --from DIR/photos --out x.safetensors            | 1 | is no checkpoint: give a directory that has a file _metadata
          stop --flink localhost:8081                             | 2 | localhost:8081 (must be an address such as http://localhost:8081)
          epoch status --flink localhost:8081                     | 2 | localhost:8081 (must be an address such as http://localhost:8081)
          forget                                                  | 2 | No image to forget: give --id ID or --ids-from FILE
          """)
  void isToldInASentence(String command, int exitCode, String message) {
    assertThat(execute(command)).as(err.toString()).isEqualTo(exitCode);
    assertThat(err.toString())
        .contains(message)
        .doesNotContain("Exception", "\tat ", "Provider not found");
    assertThat(err.toString()).containsOnlyOnce("error: ");
  }

  @Test
  void aFileFromWindowsIsRead() {
    assertThat(execute("run --dry-run --config DIR/windows.properties")).isZero();
    assertThat(out.toString()).contains("The settings are good.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:9092", "a:1,b:2", "[::1]:9092", "SSL://kafka.example:9093"})
  void anAddressWithAPortIsTaken(String address) {
    assertThat(execute("run --dry-run --kafka.bootstrap.servers " + address))
        .as(err.toString())
        .isZero();
  }

  private int execute(String command) {
    CommandLine line = Rankstream.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(command.replace("DIR", directory.toString()).split(" ", -1));
  }

  private void write(String name, String text) throws Exception {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text, StandardCharsets.UTF_8);
  }
}
