package io.rankstream.pipeline.replica;

import io.rankstream.model.ReplicaWeights;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;

/**
 * The files with the weights of replicas: {@code JOB/STREAM/ROUND/REPLICA-RANDOM}. Each attempt has
 * a name of its own, and nobody is told a name before its file is complete: a file is never
 * renamed, which object stores cannot do.
 */
final class RoundFiles {

  private static final int BUFFER_BYTES = 1 << 20;
  private static final int NAME_DIGITS = 16;

  /** No attempt reads what others wrote this long ago. */
  private static final Duration LEFT_OVER_AFTER = Duration.ofDays(1);

  private final Path root;

  /**
   * A written file.
   *
   * @param path path of the file
   * @param sha256 digest of its bytes
   * @param bytes size
   */
  record Written(String path, String sha256, long bytes) {}

  /**
   * The average of a round.
   *
   * @param weights to be closed by the caller
   * @param bytes bytes read
   */
  record Mean(ReplicaWeights weights, long bytes) {}

  /**
   * @param root directory of the job's rounds
   */
  RoundFiles(Path root) {
    this.root = root;
  }

  /**
   * Writes the weights of a replica to a new file. Nothing is left behind on failure.
   *
   * @throws IOException when it cannot be written
   */
  Written write(String stream, long round, int replica, ReplicaWeights weights) throws IOException {
    // a name of fixed length without separators, another for each stream
    String name = DigestUtils.sha256Hex(stream).substring(0, NAME_DIGITS);
    Path directory = new Path(new Path(root, name), Long.toString(round));
    Path file = new Path(directory, replica + "-" + UUID.randomUUID());
    FileSystem files = file.getFileSystem();
    files.mkdirs(directory);
    MessageDigest digest = DigestUtils.getSha256Digest();
    try {
      try (OutputStream out =
          new BufferedOutputStream(
              new DigestOutputStream(files.create(file, WriteMode.NO_OVERWRITE), digest),
              BUFFER_BYTES)) {
        weights.writeTo(out);
      }
      long bytes = files.getFileStatus(file).getLen();
      return new Written(file.toString(), HexFormat.of().formatHex(digest.digest()), bytes);
    } catch (IOException | RuntimeException e) {
      try {
        files.delete(file, false);
      } catch (IOException | RuntimeException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  /**
   * Reads the weights of all replicas and averages them in the order of the replicas: a sum of
   * floating-point numbers depends on it. At most two of them are in memory.
   *
   * @throws IOException when a file cannot be read, or is another than was handed in
   */
  static Mean mean(Average average) throws IOException {
    List<HandIn> contributions = average.contributions();
    long bytes = 0;
    ReplicaWeights sum = null;
    try {
      for (HandIn each : contributions) {
        bytes +=
            new Path(each.file()).getFileSystem().getFileStatus(new Path(each.file())).getLen();
        ReplicaWeights weights = read(each);
        if (sum == null) {
          sum = weights;
        } else {
          try (weights) {
            sum.add(weights);
          }
        }
      }
      sum.divideBy(contributions.size());
      return new Mean(sum, bytes);
    } catch (IOException | RuntimeException e) {
      if (sum != null) {
        sum.close();
      }
      throw e;
    }
  }

  /**
   * Deletes files of a round, and its directory if no failed attempt left others there.
   *
   * @param handIns of one round, at least one
   */
  static void delete(List<HandIn> handIns) throws IOException {
    for (HandIn each : handIns) {
      Path file = new Path(each.file());
      file.getFileSystem().delete(file, false);
    }
    Path directory = new Path(handIns.get(0).file()).getParent();
    if (JobRounds.list(directory).length == 0) {
      directory.getFileSystem().delete(directory, false);
    }
  }

  /**
   * Deletes what failed attempts left behind long ago.
   *
   * @param anyOfStream of the stream whose files are looked through
   * @param now wall-clock time in milliseconds
   */
  static void sweep(HandIn anyOfStream, long now) throws IOException {
    Path ofStream = new Path(anyOfStream.file()).getParent().getParent();
    for (FileStatus round : JobRounds.list(ofStream)) {
      int left = 0;
      for (FileStatus file : JobRounds.list(round.getPath())) {
        if (file.getModificationTime() < now - LEFT_OVER_AFTER.toMillis()) {
          file.getPath().getFileSystem().delete(file.getPath(), false);
        } else {
          left++;
        }
      }
      if (left == 0 && round.getModificationTime() < now - LEFT_OVER_AFTER.toMillis()) {
        round.getPath().getFileSystem().delete(round.getPath(), false);
      }
    }
  }

  private static ReplicaWeights read(HandIn handIn) throws IOException {
    Path file = new Path(handIn.file());
    MessageDigest digest = DigestUtils.getSha256Digest();
    try (InputStream in =
        new BufferedInputStream(
            new DigestInputStream(file.getFileSystem().open(file), digest), BUFFER_BYTES)) {
      ReplicaWeights weights = ReplicaWeights.read(in);
      in.transferTo(OutputStream.nullOutputStream());
      if (!HexFormat.of().formatHex(digest.digest()).equals(handIn.sha256())) {
        weights.close();
        throw new IOException("%s is not what the replica wrote".formatted(file));
      }
      return weights;
    } catch (IOException | RuntimeException | OutOfMemoryError e) { // a wrong length does any
      try (InputStream in = file.getFileSystem().open(file)) {
        if (!DigestUtils.sha256Hex(in).equals(handIn.sha256())) {
          throw new IOException("%s is not what the replica wrote".formatted(file), e);
        }
      }
      throw e;
    }
  }
}
