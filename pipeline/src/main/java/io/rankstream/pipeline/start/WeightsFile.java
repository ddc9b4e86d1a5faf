package io.rankstream.pipeline.start;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.util.FileUtils;

/**
 * The file of {@code model.weights} as a local file: the file itself, or a copy on the local disk
 * of one in another file system, which is deleted afterwards. The bytes never lie on the heap at
 * once.
 */
public final class WeightsFile implements AutoCloseable {

  private static final Pattern URI_FORM = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*");

  private final Path path;
  private final Path copies; // null for a local file

  private WeightsFile(Path path, Path copies) {
    this.path = path;
    this.copies = copies;
  }

  /**
   * Opens a file.
   *
   * @param location a local path, or a URI of a file system that Flink knows
   * @throws IOException when the file cannot be read
   */
  public static WeightsFile open(String location) throws IOException {
    if (!URI_FORM.matcher(location).matches()) {
      return new WeightsFile(Path.of(location), null);
    }

    URI uri = new org.apache.flink.core.fs.Path(location).toUri();
    if (uri.getScheme().equals("file")) {
      return new WeightsFile(Path.of(uri.getPath()), null);
    }
    Path copies = Files.createTempDirectory("rankstream-weights-");
    try {
      Path copy = copies.resolve(Path.of(uri.getPath()).getFileName().toString());
      try (InputStream in = FileSystem.get(uri).open(new org.apache.flink.core.fs.Path(uri))) {
        Files.copy(in, copy);
      }
      return new WeightsFile(copy, copies);
    } catch (FileNotFoundException e) {
      FileUtils.deleteDirectory(copies.toFile());
      throw new FileNotFoundException(
          "%s does not exist: give the path of a safetensors file".formatted(location));
    } catch (IOException | RuntimeException e) {
      FileUtils.deleteDirectory(copies.toFile());
      throw e;
    }
  }

  /** The local file, until this is closed. */
  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    if (copies != null) {
      FileUtils.deleteDirectory(copies.toFile());
    }
  }
}
