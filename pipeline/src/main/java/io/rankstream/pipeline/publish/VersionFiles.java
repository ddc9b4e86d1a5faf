package io.rankstream.pipeline.publish;

import io.rankstream.model.Provenance;
import io.rankstream.schemas.ModelVersion;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * The files of published versions: {@code STREAM/SPACE/LINEAGE/v000001000-DIGEST.safetensors}, and
 * {@code v000001000.safetensors.part-RANDOM} until they are published.
 *
 * <p>A final name has digits of the SHA-256 of the file: it can stand for no other bytes, whatever
 * is written again after a failure. Lineages are never shared between jobs, so the files in the
 * directory of a lineage belong to the job that trains it.
 */
final class VersionFiles {

  private static final int DIGEST_DIGITS = 12;
  private static final int LONG_DIGITS = 19;
  private static final String FINAL_END = ".safetensors";
  private static final String PART = FINAL_END + ".part-";

  private final WeightsStore store;

  /**
   * @param root directory of all versions, on a file system that Flink knows
   */
  VersionFiles(String root) {
    this.store = new WeightsStore(root);
  }

  /**
   * Writes the weights of a version under a temporary name. Nothing is left behind on failure.
   *
   * @throws IOException when the file cannot be written, or the thread is interrupted
   */
  WrittenVersion write(CapturedVersion captured) throws IOException {
    Provenance origin = captured.weights().provenance();
    Path directory = directory(origin);
    FileSystem files = directory.getFileSystem();
    String name = String.format(Locale.ROOT, "v%09d", origin.version());
    Path part = new Path(directory, name + PART + UUID.randomUUID());
    MessageDigest digest = DigestUtils.getSha256Digest();
    long bytes =
        WeightsStore.write(
            part, captured.weights()::writeTo, out -> new DigestOutputStream(out, digest));
    String sha256 = Hex.encodeHexString(digest.digest());
    Path file =
        new Path(directory, name + "-" + sha256.substring(0, DIGEST_DIGITS) + FINAL_END)
            .makeQualified(files);
    ModelVersion version =
        ModelVersion.newBuilder()
            .setStream(origin.stream())
            .setModelVersion(origin.version())
            .setLineage(origin.lineage())
            .setParentLineage(captured.parentLineage())
            .setParentVersion(captured.parentVersion())
            .setSpaceId(origin.spaceId())
            .setUri(file.toUri().toString())
            .setSha256(sha256)
            .setSizeBytes(bytes)
            .setPublishedAt(Instant.ofEpochMilli(captured.capturedAt()))
            .setAccuracy(captured.accuracy())
            .build();
    return new WrittenVersion(version, part.makeQualified(files).toUri().toString());
  }

  /**
   * Gives a file its final name. It may have that name already: from an attempt before a failure,
   * or from another job that was started from the same savepoint.
   *
   * @return whether the file has its final name; false when it is gone
   * @throws IOException when the file cannot be renamed now
   */
  boolean publish(WrittenVersion written) throws IOException {
    Path file = new Path(URI.create(written.version().getUri()));
    Path part = new Path(URI.create(written.part()));
    FileSystem files = file.getFileSystem();
    if (isThere(files, file, written.version().getSizeBytes())) {
      files.delete(part, false);
      return true;
    }

    if (!files.exists(part)) {
      return false;
    }
    if (!files.rename(part, file) && !isThere(files, file, written.version().getSizeBytes())) {
      throw new IOException("%s cannot be renamed to %s".formatted(part, file));
    }
    return true;
  }

  /**
   * Deletes what a lineage no longer needs: versions older than the newest ones, and files with
   * temporary names that no pointer refers to. Only the thread that writes the lineage may call it.
   *
   * @param origin stream, space and lineage
   * @param keep versions to keep; 0 keeps all
   * @param parts names of the temporary files that are needed: file systems spell one URI in
   *     several ways
   */
  void clean(Provenance origin, int keep, Set<String> parts) throws IOException {
    Path directory = directory(origin);
    FileSystem files = directory.getFileSystem();
    for (FileStatus each : WeightsStore.list(directory)) {
      Path path = each.getPath();
      if (path.getName().contains(PART) && !parts.contains(path.getName())) {
        files.delete(path, false);
      }
    }
    if (keep > 0) {
      List<Path> versions =
          WeightsStore.list(directory).stream()
              .map(FileStatus::getPath)
              .filter(path -> path.getName().endsWith(FINAL_END))
              .sorted(Comparator.comparing(VersionFiles::step).reversed())
              .toList();
      for (Path old : versions.subList(Math.min(keep, versions.size()), versions.size())) {
        files.delete(old, false);
      }
    }
  }

  private Path directory(Provenance origin) {
    return store.file(WeightsStore.directory(origin));
  }

  /** The step in the name of a version, padded so that steps compare as text. */
  private static String step(Path path) {
    String digits = path.getName().replaceFirst("^v(\\d+)-.*", "$1");
    return "0".repeat(Math.max(0, LONG_DIGITS - digits.length())) + digits;
  }

  private static boolean isThere(FileSystem files, Path file, long bytes) throws IOException {
    try {
      long found = files.getFileStatus(file).getLen();
      if (found != bytes) {
        throw new IOException(
            "%s has %s bytes (must have %s): it was changed by another program. Delete it"
                .formatted(file, found, bytes));
      }
      return true;
    } catch (FileNotFoundException e) {
      return false;
    }
  }
}
