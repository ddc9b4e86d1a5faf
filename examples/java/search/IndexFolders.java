import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Where the index of a version lies: STREAM/LINEAGE-VERSION below a folder. */
final class IndexFolders {

  private IndexFolders() {}

  static Path of(Path folder, Version version) {
    return folder
        .resolve("stream-" + URLEncoder.encode(version.stream(), StandardCharsets.UTF_8))
        .resolve(version.lineage() + "-" + version.number());
  }

  /** The versions that have an index. */
  static List<Version> versions(Path folder) throws IOException {
    List<Version> versions = new ArrayList<>();
    for (Path stream : children(folder)) {
      String name = stream.getFileName().toString();
      if (name.startsWith("stream-")) {
        for (Path index : children(stream)) {
          String version = index.getFileName().toString();
          int dash = version.lastIndexOf('-');
          versions.add(
              new Version(
                  URLDecoder.decode(name.substring("stream-".length()), StandardCharsets.UTF_8),
                  version.substring(0, dash),
                  Long.parseLong(version.substring(dash + 1))));
        }
      }
    }
    return versions;
  }

  private static List<Path> children(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(folder)) {
      return children.toList();
    }
  }
}
