package io.rankstream.pipeline.tools.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipError;
import java.util.zip.ZipException;

/**
 * Opens zip files as file systems. Names in them are UTF-8, as most programs write them whether
 * they say so or not; where they cannot be, they are CP437.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">APPNOTE.TXT, appendix
 *     D: language encoding</a>
 */
final class ZipImages {

  private static final String CP437 = "IBM437";
  private static final byte[] SIGNATURE = {'P', 'K'};

  private ZipImages() {}

  /**
   * The root folder of a zip file. Its file system stays open until the process ends, since its
   * images are read on demand.
   *
   * @param log called with a line when its names are not in UTF-8
   * @throws IOException when it is no zip file, or one that cannot be read
   */
  static Path open(Path file, Consumer<String> log) throws IOException {
    try {
      return root(file, StandardCharsets.UTF_8.name());
    } catch (ProviderNotFoundException | ZipError | ZipException e) {
      if (!isZip(file)) {
        throw new IOException(
            "%s is neither a folder nor a zip file: give a folder or a zip file with a folder of images (JPEG, PNG, GIF, BMP, WebP or TIFF) for each class; unpack other archives"
                .formatted(file)); // Java's reason, such as "Provider not found", says nothing more
      }

      return withOldNames(file, e, log);
    }
  }

  private static Path withOldNames(Path file, Throwable cause, Consumer<String> log)
      throws IOException {
    Path root;
    try {
      if (!Charset.isSupported(CP437)) { // some cut-down Java runtimes lack it
        throw new ZipException("its names are not in UTF-8");
      }
      root = root(file, CP437);
    } catch (ProviderNotFoundException | ZipError | ZipException e) {
      String message = e.getMessage() == null ? cause.getMessage() : e.getMessage();
      throw new IOException(
          "%s cannot be read as a zip file (%s): unpack it and give the folder"
              .formatted(file, message),
          e);
    }

    log.accept(
        "%s: its names are not in UTF-8 and are read as CP437, such as %s. If that is wrong, unpack it and give the folder"
            .formatted(file.getFileName(), example(root)));
    return root;
  }

  @SuppressWarnings("resource") // see open
  private static Path root(Path file, String encoding) throws IOException {
    FileSystem zip = FileSystems.newFileSystem(file, Map.of("encoding", encoding));
    return zip.getPath("/");
  }

  private static boolean isZip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(SIGNATURE.length), SIGNATURE);
    }
  }

  private static String example(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.map(path -> root.relativize(path).toString())
          .filter(name -> !name.chars().allMatch(c -> c < 128))
          .findFirst()
          .orElse("");
    }
  }
}
