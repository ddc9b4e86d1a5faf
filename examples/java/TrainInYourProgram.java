import io.rankstream.pipeline.TrainingResults;
import io.rankstream.pipeline.TwoHeadTraining;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.receive.ImageMapping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.PrintSink;

/**
 * Trains on photographs in folders, PHOTOS/CLASS/FILE, inside a Flink program of its own: without
 * Kafka, with its own source, its own type of elements and its own sinks.
 *
 * <pre>
 * javac -d /tmp/example -cp "pipeline/target/rankstream.jar:pipeline/target/lib/*" examples/java/TrainInYourProgram.java
 * java -cp "/tmp/example:pipeline/target/rankstream.jar:pipeline/target/lib/*" TrainInYourProgram photos/ 20 /tmp/checkpoints
 * </pre>
 */
public final class TrainInYourProgram {

  /** What this program calls an image. */
  public record Photo(String path, String album, byte[] file) {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    int passes = Integer.parseInt(arguments[1]);
    Path checkpoints = Path.of(arguments[2]);

    Configuration engine = new Configuration();
    engine.set(CoreOptions.DEFAULT_PARALLELISM, 1);
    // At each checkpoint the embedders take the newest version of the model.
    engine.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
    engine.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(engine);

    TrainingResults results =
        TwoHeadTraining.of(
                new JobSettings()
                    .with(JobOptions.BATCH_CLASSES, 4)
                    .with(JobOptions.BATCH_IMAGES_PER_CLASS, 4)
                    .with(JobOptions.BATCH_TRAIN_EVERY, 16)
                    .with(JobOptions.REPEATS_WITHIN, Duration.ZERO)) // each pass trains again
            .train(
                photos(env, folder, passes),
                ImageMapping.<Photo>ofEncoded(Photo::path, Photo::file).withLabel(Photo::album));

    results
        .steps()
        .map(step -> "step %d loss %.3f".formatted(step.getStep(), step.getLoss()))
        .sinkTo(print());
    results
        .embeddings()
        .map(
            change ->
                change.isDeletion()
                    ? "deleted " + change.imageId()
                    : "embedded %s as %d numbers by version %d"
                        .formatted(
                            change.imageId(),
                            change.embedding().getDimension(),
                            change.embedding().getModelVersion()))
        .sinkTo(print());
    results
        .rejected()
        .map(
            letter ->
                "rejected %s: %s (%s)"
                    .formatted(letter.getSourceTopic(), letter.getReason(), letter.getDetail()))
        .sinkTo(print());
    env.execute("train-in-your-program");
  }

  /** Any source will do. This one goes over a folder some times, and then ends. */
  private static DataStream<Photo> photos(
      StreamExecutionEnvironment env, Path folder, int passes) throws IOException {
    List<String> paths;
    try (Stream<Path> files = Files.walk(folder)) {
      paths =
          files
              .filter(Files::isRegularFile)
              .map(Path::toString)
              .sorted()
              .collect(Collectors.toCollection(ArrayList::new));
    }
    return env.fromSequence(0, (long) paths.size() * passes - 1)
        .map(number -> read(paths.get((int) (number % paths.size()))))
        .returns(Photo.class);
  }

  private static Photo read(String path) {
    try {
      Path file = Path.of(path);
      String album = file.getParent().getFileName().toString();
      return new Photo(path, album, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Sink<String> print() {
    return new PrintSink<>();
  }
}
