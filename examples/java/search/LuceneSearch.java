import java.nio.file.Path;

/**
 * Answers which images are nearest to an image, from indexes of Lucene in a folder: one for each version of a
 * job that embeds in epochs. Started again, it goes on from the last commit, whatever stopped it.
 *
 * <pre>
 * ./mvnw dependency:copy -Dartifact=org.apache.lucene:lucene-core:9.12.3 -DoutputDirectory=/tmp/search
 * javac -d /tmp/search -cp "/tmp/search/*:pipeline/target/rankstream.jar:pipeline/target/lib/*" \
 *     -sourcepath examples/java/search examples/java/search/LuceneSearch.java
 * java -cp "/tmp/search:/tmp/search/*:pipeline/target/rankstream.jar:pipeline/target/lib/*" LuceneSearch \
 *     localhost:9092 embeddings.v2 models.v1 8090 /tmp/indexes
 * curl 'localhost:8090/neighbours?id=cats/1.jpg&amp;k=5'
 * </pre>
 */
public final class LuceneSearch {

  public static void main(String[] arguments) {
    if (arguments.length != 5) {
      System.err.println(
          "usage: LuceneSearch BOOTSTRAP_SERVERS TOPIC VERSIONS_TOPIC PORT FOLDER (port 0 takes a free one)");
      System.exit(2);
    }

    SearchProgram.run(
        arguments[0],
        () -> {
          Path folder = Path.of(arguments[4]);
          VersionedIndexes indexes =
              new VersionedIndexes(version -> new LuceneIndex(folder, version), IndexFolders.versions(folder));
          SearchServer.start(arguments[3], indexes);
          try (EmbeddingReader reader = new EmbeddingReader(arguments[0], arguments[1], arguments[2], indexes)) {
            reader.follow();
          }
        });
  }
}
