import java.util.List;

/**
 * Answers which images are nearest to an image, from the newest committed embedding of each image. The
 * embeddings are in memory and the search is exact.
 *
 * With the topic of model versions as a fourth argument it follows the epochs of a job: no answer has
 * embeddings of two versions.
 *
 * <pre>
 * mkdir -p /tmp/search
 * javac -d /tmp/search -cp "pipeline/target/rankstream.jar:pipeline/target/lib/*" \
 *     -sourcepath examples/java/search examples/java/search/NeighbourSearch.java
 * java -cp "/tmp/search:pipeline/target/rankstream.jar:pipeline/target/lib/*" NeighbourSearch \
 *     localhost:9092 embeddings.v2 8090 [models.v1]
 * curl 'localhost:8090/neighbours?id=cats/1.jpg&amp;k=5'
 * curl 'localhost:8090/neighbours?stream=default&amp;id=cats/1.jpg&amp;k=5&amp;label=dogs'
 * curl 'localhost:8090/status'
 * </pre>
 */
public final class NeighbourSearch {

  public static void main(String[] arguments) {
    if (arguments.length != 3 && arguments.length != 4) {
      System.err.println("usage: NeighbourSearch BOOTSTRAP_SERVERS TOPIC PORT [VERSIONS_TOPIC] (port 0 takes a free one)");
      System.exit(2);
    }

    String versions = arguments.length == 4 ? arguments[3] : null;
    SearchProgram.run(
        arguments[0],
        () -> {
          VersionedIndexes indexes = new VersionedIndexes(version -> new MemoryIndex(), List.of());
          SearchServer.start(arguments[2], indexes);
          try (EmbeddingReader reader = new EmbeddingReader(arguments[0], arguments[1], versions, indexes)) {
            reader.follow();
          }
        });
  }
}
