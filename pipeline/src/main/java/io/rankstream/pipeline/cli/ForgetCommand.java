package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.tools.feed.ImageDeletion;
import io.rankstream.pipeline.wire.RecordKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Asks the job to forget images. */
@Command(
    name = "forget",
    description = {
      "Delete images: the job takes them out of its window and deletes their embeddings.",
      "Weights that have learnt an image stay as they are."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  rankstream forget --id cats/1.jpg --id cats/2.jpg",
      "  rankstream forget --stream shop --ids-from ids.txt        one id a line; - reads standard input"
    })
final class ForgetCommand implements Callable<Integer> {

  @Mixin KafkaOptions kafka;
  @Spec CommandSpec spec;

  @Option(
      names = "--stream",
      defaultValue = "default",
      paramLabel = "NAME",
      description = "Stream of the images (default: ${DEFAULT-VALUE}).")
  String stream;

  @Option(names = "--id", paramLabel = "ID", description = "Id of an image; may be repeated.")
  List<String> ids = new ArrayList<>();

  @Option(
      names = "--ids-from",
      paramLabel = "FILE",
      description = "File with one id a line, in UTF-8; - is the standard input.")
  String file;

  @Option(
      names = "--topic",
      paramLabel = "NAME",
      description = "Input topic of the job (default: images.v2).")
  String topic = JobOptions.INPUT_TOPIC.defaultValue();

  @Override
  public Integer call() throws Exception {
    List<RecordKey> images = new ArrayList<>();
    for (String id : ids) {
      images.add(key(id, "--id"));
    }
    if (file != null) {
      for (String line : lines()) {
        if (!line.isBlank()) {
          images.add(key(line, "line of " + file));
        }
      }
    }
    if (images.isEmpty()) {
      throw new UsageException("No image to forget: give --id ID or --ids-from FILE");
    }

    Properties clients = kafka.connected();
    new ImageDeletion(clients, topic).send(images);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%s deletions of stream %s are in %s. The embeddings are deleted with the next checkpoint of the job that reads them.%n",
        images.size(), stream, topic);
    out.flush();
    return 0;
  }

  /** A key that the job will read as it was meant. */
  private RecordKey key(String id, String source) {
    RecordKey key = UsageException.check(() -> new RecordKey(stream, id));
    if (RecordKey.parse(key.bytes()).isEmpty()) {
      throw new UsageException(
          "Invalid %s: '%s' of stream '%s' (must not be blank nor have control characters)"
              .formatted(source, id.replaceAll("\\p{Cntrl}", "?"), stream));
    }
    return key;
  }

  private List<String> lines() throws IOException {
    try (BufferedReader reader =
        file.equals("-")
            ? new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.UTF_8.newDecoder()))
            : Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
      return reader.lines().toList();
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof CharacterCodingException) {
        throw new UsageException("%s is not in UTF-8: convert it".formatted(file), e);
      }
      throw e.getCause();
    }
  }
}
