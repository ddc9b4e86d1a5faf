package io.rankstream.pipeline.publish;

import io.rankstream.model.Provenance;
import io.rankstream.model.evaluation.OrthogonalMap;
import io.rankstream.model.safetensors.SafeTensorsWriter;
import io.rankstream.pipeline.event.VersionRank;
import java.io.IOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the maps between versions, beside the files of the versions: {@code
 * STREAM/SPACE/LINEAGE/maps/v000001000-from-v000000050-DIGEST.safetensors}, with a tensor {@code
 * map} of {@code [D, D]}: an embedding of the older version times the map is the estimate of the
 * newer one.
 *
 * <p>A file has its name only when it is whole, and the name has digits of its SHA-256. Only one
 * thread of a job writes the maps of a lineage.
 */
public final class MapFiles {

  private static final Logger LOG = LoggerFactory.getLogger(MapFiles.class);

  private static final String MAPS = "maps";
  private static final String END = ".safetensors";
  private static final String PART = END + ".part-";
  private static final int DIGEST_DIGITS = 12;

  private final WeightsStore store;
  private final int keep;

  /**
   * @param root directory of all versions, on a file system that Flink knows
   * @param keep newest maps of a lineage to keep; 0 keeps all
   */
  public MapFiles(String root, int keep) {
    this.store = new WeightsStore(root);
    this.keep = keep;
  }

  /**
   * Writes the map from one version to another, and then deletes what is no longer needed: older
   * maps, and what earlier attempts left behind.
   *
   * @param newer origin of the newer version
   * @param older rank of the older version
   * @throws IOException when the file cannot be written, or the thread is interrupted
   */
  public PublishedMap write(Provenance newer, VersionRank older, OrthogonalMap map)
      throws IOException {
    Path directory = store.file(WeightsStore.directory(newer) + "/" + MAPS);
    FileSystem files = directory.getFileSystem();
    String name = String.format(Locale.ROOT, "v%09d-from-v%09d", newer.version(), older.version());
    Path part = new Path(directory, name + PART + UUID.randomUUID());
    MessageDigest digest = DigestUtils.getSha256Digest();
    SafeTensorsWriter content = content(newer, older, map);
    WeightsStore.write(part, content::writeTo, out -> new DigestOutputStream(out, digest));
    String sha256 = Hex.encodeHexString(digest.digest());
    Path file =
        new Path(directory, name + "-" + sha256.substring(0, DIGEST_DIGITS) + END)
            .makeQualified(files);
    if (files.exists(file)) { // the same bytes, from an attempt before a failure
      files.delete(part, false);
    } else if (!files.rename(part, file)) {
      throw new IOException("%s cannot be renamed to %s".formatted(part, file));
    }
    try {
      clean(directory);
    } catch (IOException e) {
      LOG.debug("The next map of {} deletes what is not needed", directory, e);
    }
    return new PublishedMap(file.toUri().toString(), sha256);
  }

  private static SafeTensorsWriter content(Provenance newer, VersionRank older, OrthogonalMap map) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt"); // required by Python's loaders
    metadata.put("rankstream.stream", newer.stream());
    metadata.put("rankstream.space_id", newer.spaceId());
    metadata.put("rankstream.from_lineage", older.lineage());
    metadata.put("rankstream.from_version", Long.toString(older.version()));
    metadata.put("rankstream.lineage", newer.lineage());
    metadata.put("rankstream.model_version", Long.toString(newer.version()));
    SafeTensorsWriter writer = new SafeTensorsWriter(metadata);
    int dimension = map.dimension();
    writer.add(
        "map",
        new long[] {dimension, dimension},
        rows -> {
          for (int row = 0; row < dimension; row++) {
            rows.write(map.row(row));
          }
        });
    return writer;
  }

  private void clean(Path directory) throws IOException {
    FileSystem files = directory.getFileSystem();
    List<Path> found = WeightsStore.list(directory).stream().map(FileStatus::getPath).toList();
    for (Path each : found) {
      if (each.getName().contains(PART)) {
        files.delete(each, false);
      }
    }
    if (keep > 0) {
      int most = keep + 1; // the announcement of the newest is not committed yet
      List<Path> maps =
          found.stream()
              .filter(path -> path.getName().endsWith(END))
              .sorted(Comparator.comparingLong(MapFiles::step).reversed())
              .toList();
      for (Path old : maps.subList(Math.min(most, maps.size()), maps.size())) {
        files.delete(old, false);
      }
    }
  }

  /** The step in the name of a map; the lowest number for a file of somebody else. */
  private static long step(Path path) {
    String digits = path.getName().replaceFirst("^v(\\d{1,18})-.*", "$1");
    return digits.equals(path.getName()) ? Long.MIN_VALUE : Long.parseLong(digits);
  }
}
