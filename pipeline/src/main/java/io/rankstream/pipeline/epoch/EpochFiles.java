package io.rankstream.pipeline.epoch;

import ai.djl.Device;
import io.rankstream.model.ModelFile;
import io.rankstream.model.OneShotThread;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.Provenance;
import io.rankstream.model.WeightsCopy;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobStart;
import io.rankstream.pipeline.start.Lineage;
import io.rankstream.pipeline.start.ModelDevice;
import io.rankstream.pipeline.start.StartingWeights;
import io.rankstream.pipeline.start.WeightsFile;
import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of weights that epochs embed with: {@code epochs/START/e000000003-RANDOM.safetensors}.
 * They are copies, since the trainer deletes its files when newer ones are adopted, and an epoch
 * lasts for as long as the user wants. Each start of the job has a directory of its own, so that no
 * start deletes what another one needs.
 */
final class EpochFiles {

  private static final Logger LOG = LoggerFactory.getLogger(EpochFiles.class);
  private static final String ROOT = "epochs";
  private static final int BUFFER_BYTES = 1 << 20;

  private final JobConfig config;
  private final String root;
  private final JobStart start;
  private final String directory;

  /**
   * @param root directory of the embedders' weights
   * @param start the present start of the job
   */
  EpochFiles(JobConfig config, String root, JobStart start) {
    this.config = config;
    this.root = root;
    this.start = start;
    this.directory = ROOT + "/" + start.birth();
  }

  /**
   * The weights that streams start with, written to files.
   *
   * @throws Exception when they cannot be written
   */
  List<EpochWeights> starting(Collection<String> streams) throws Exception {
    Device device = ModelDevice.of(config.embed().device(), config.model().precisions());
    return OneShotThread.call(
        () -> {
          StartingWeights starting = StartingWeights.of(config, device);
          String lineage = Lineage.child(starting.parent(), starting.parentVersion(), start).id();
          List<EpochWeights> written = new ArrayList<>();
          try (OnlineTrainer trainer = starting.trainer()) {
            for (String stream : streams) {
              try (WeightsCopy copy = trainer.copyWeights(stream, lineage)) {
                written.add(write(copy.provenance(), 0, copy::writeTo));
              }
            }
          } catch (IOException e) {
            written.forEach(each -> deleteQuietly(each.pointer().file())); // all are written anew
            throw e;
          }
          return written;
        });
  }

  /**
   * A copy of the weights of a version.
   *
   * @param number number of the epoch
   * @return empty when the file is gone, since there is a newer version
   * @throws IOException when it cannot be read, or the copy not be written
   */
  Optional<EpochWeights> copy(VersionPointer pointer, long number) throws IOException {
    try (WeightsFile local = WeightsFile.open(new Path(root, pointer.file()).toString())) {
      // The file may be newer than the pointer: the trainer writes one that is gone anew.
      Provenance origin = ModelFile.read(local.path()).provenance();
      return Optional.of(write(origin, number, out -> Files.copy(local.path(), out)));
    } catch (FileNotFoundException | NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Deletes a file of this start, if it can be deleted now; those of other starts may be needed by
   * another job.
   */
  void deleteQuietly(String file) {
    if (file.startsWith(directory + "/")) {
      try {
        Path path = new Path(root, file);
        path.getFileSystem().delete(path, false);
      } catch (IOException e) {
        LOG.info("{} cannot be deleted; the next start after a failure does", file, e);
      }
    }
  }

  /** Deletes what a failed attempt of this start left. */
  void deleteOthers(Set<String> needed) throws IOException {
    Path all = new Path(root, directory);
    FileSystem files = all.getFileSystem();
    if (files.exists(all)) {
      FileStatus[] found = files.listStatus(all);
      for (FileStatus each : found == null ? List.<FileStatus>of() : Arrays.asList(found)) {
        if (!needed.contains(directory + "/" + each.getPath().getName())) {
          files.delete(each.getPath(), false);
        }
      }
    }
  }

  /** Where the files are, for messages. */
  @Override
  public String toString() {
    return root;
  }

  /** Writes the bytes of weights. */
  private interface Source {

    void writeTo(OutputStream out) throws IOException;
  }

  private EpochWeights write(Provenance origin, long number, Source source) throws IOException {
    String file =
        String.format(Locale.ROOT, "%s/e%09d-%s.safetensors", directory, number, UUID.randomUUID());
    Path path = new Path(root, file);
    FileSystem files = path.getFileSystem();
    files.mkdirs(path.getParent());
    MessageDigest digest = DigestUtils.getSha256Digest();
    try (OutputStream out =
        new BufferedOutputStream(
            new DigestOutputStream(files.create(path, WriteMode.NO_OVERWRITE), digest),
            BUFFER_BYTES)) {
      source.writeTo(out);
    } catch (IOException e) {
      deleteQuietly(file);
      throw e;
    }
    return new EpochWeights(
        new VersionPointer(
            origin.stream(), origin.lineage(), start.identity(), origin.version(), file),
        origin.spaceId(),
        path.makeQualified(files).toUri().toString(),
        Hex.encodeHexString(digest.digest()),
        files.getFileStatus(path).getLen());
  }
}
