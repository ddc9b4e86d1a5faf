package io.rankstream.pipeline.publish;

import io.rankstream.model.Provenance;
import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;

/**
 * A tree of weights on a file system that Flink knows: {@code STREAM/SPACE/LINEAGE/}. Lineages are
 * never shared between jobs, so the files in the directory of a lineage belong to the job that
 * trains it.
 */
final class WeightsStore {

  private static final int BUFFER_BYTES = 1 << 20;
  private static final int DIGEST_DIGITS = 12;
  private static final int LONGEST_NAME = 160; // file systems allow 255 bytes

  private final String root;

  /**
   * @param root directory of all weights
   */
  WeightsStore(String root) {
    this.root = root;
  }

  /** The file at a path below the root. */
  Path file(String relative) {
    return new Path(root, relative);
  }

  /** The directory of a lineage, relative to the root. */
  static String directory(Provenance origin) {
    String space = origin.spaceId().substring(origin.stream().length() + 1);
    return "%s/%s/%s".formatted(directoryName(origin.stream()), space, origin.lineage());
  }

  /** What a file is to hold. */
  @FunctionalInterface
  interface Content {

    /** Writes it; leaves the stream open. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a new file. Nothing is left behind on failure.
   *
   * @param through what the bytes go through on their way
   * @return bytes written
   * @throws IOException when the file cannot be written, or the thread is interrupted
   */
  static long write(Path file, Content content, UnaryOperator<OutputStream> through)
      throws IOException {
    FileSystem files = file.getFileSystem();
    files.mkdirs(file.getParent());
    try {
      CountingStream counted = new CountingStream(files.create(file, WriteMode.NO_OVERWRITE));
      try (OutputStream out = new BufferedOutputStream(through.apply(counted), BUFFER_BYTES)) {
        content.writeTo(out);
      }
      return counted.bytes();
    } catch (IOException | RuntimeException e) {
      deleteQuietly(files, file, e);
      throw e;
    }
  }

  /** What is in a directory; nothing when it does not exist. */
  static List<FileStatus> list(Path directory) throws IOException {
    try {
      FileStatus[] found = directory.getFileSystem().listStatus(directory);
      return found == null ? List.of() : Arrays.asList(found); // object stores say null for empty
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }

  /** A name without separators that every file system takes, another for each stream. */
  private static String directoryName(String stream) {
    String name = URLEncoder.encode(stream, StandardCharsets.UTF_8);
    if (name.matches("\\.+")) { // not this directory, nor the one above
      return name.replace(".", "%2E");
    }

    return name.length() <= LONGEST_NAME
        ? name
        : name.substring(0, LONGEST_NAME)
            + "-"
            + DigestUtils.sha256Hex(stream).substring(0, DIGEST_DIGITS);
  }

  private static void deleteQuietly(FileSystem files, Path part, Exception failure) {
    try {
      files.delete(part, false);
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
