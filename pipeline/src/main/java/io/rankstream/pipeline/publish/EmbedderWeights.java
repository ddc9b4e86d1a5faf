package io.rankstream.pipeline.publish;

import io.rankstream.model.Provenance;
import io.rankstream.model.WeightsCopy;
import java.io.IOException;
import java.util.Locale;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * The files that the trainer hands to the embedders: {@code
 * STREAM/SPACE/LINEAGE/v000000050-RANDOM.safetensors}. A step that is trained again after a failure
 * may have other bits, so each attempt has a name of its own.
 */
final class EmbedderWeights {

  private static final String PART = ".part";

  private final WeightsStore store;

  /**
   * @param root directory of the embedders' weights
   */
  EmbedderWeights(String root) {
    this.store = new WeightsStore(root);
  }

  /**
   * Writes weights to a new file.
   *
   * @return path of the file, relative to the root
   * @throws IOException when it cannot be written, or the thread is interrupted
   */
  String write(WeightsCopy weights) throws IOException {
    Provenance origin = weights.provenance();
    String file =
        String.format(
            Locale.ROOT,
            "%s/v%09d-%s.safetensors",
            WeightsStore.directory(origin),
            origin.version(),
            UUID.randomUUID());
    WeightsStore.write(store.file(file), weights::writeTo, UnaryOperator.identity());
    return file;
  }

  /**
   * Writes weights in the place of a file that is gone, at once and whole.
   *
   * @return whether the file was gone
   */
  boolean writeMissing(String file, WeightsCopy weights) throws IOException {
    Path path = store.file(file);
    FileSystem files = path.getFileSystem();
    if (files.exists(path)) {
      return false;
    }

    Path part = new Path(path.getParent(), path.getName() + PART + UUID.randomUUID());
    WeightsStore.write(part, weights::writeTo, UnaryOperator.identity());
    if (!files.rename(part, path) && !files.exists(path)) {
      throw new IOException("%s cannot be renamed to %s".formatted(part, path));
    }
    return true;
  }

  /** Deletes a file, if it is there. */
  void delete(String file) throws IOException {
    Path path = store.file(file);
    path.getFileSystem().delete(path, false);
  }

  /** Deletes all files of a lineage but one, which may be of another lineage. */
  void deleteOthers(Provenance lineage, String kept) throws IOException {
    for (FileStatus each : WeightsStore.list(store.file(WeightsStore.directory(lineage)))) {
      if (!each.getPath().getName().equals(store.file(kept).getName())) {
        each.getPath().getFileSystem().delete(each.getPath(), false);
      }
    }
  }
}
