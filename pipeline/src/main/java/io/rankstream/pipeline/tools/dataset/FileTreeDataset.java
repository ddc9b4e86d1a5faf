package io.rankstream.pipeline.tools.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Images in class folders, on disk or in a zip file. The folders above an image name its class. A
 * folder called {@code train} or {@code test} selects the split; where there is none, the names of
 * the files do. Folders that all images share are left out of the name of the class.
 */
public final class FileTreeDataset implements ImageDataset {

  private static final int MAX_IMAGE_BYTES = 64 << 20;

  /** An image and the folders above it, without the one that names the split. */
  private record Entry(Path file, String id, List<String> folders, Split split) {

    static Entry of(ImageTree.Image image) {
      int last = image.parts().size() - 1;
      List<String> folders = new ArrayList<>(image.parts().subList(0, last));
      for (int level = 0; level < folders.size() - 1; level++) { // the last folder names a class
        for (Split split : Split.values()) {
          if (folders.get(level).equalsIgnoreCase(split.name())) {
            folders.remove(level);
            return new Entry(image.file(), image.id(), folders, split);
          }
        }
      }

      return new Entry(image.file(), image.id(), folders, null);
    }

    Entry without(int shared) {
      return new Entry(file, id, folders.subList(shared, folders.size()), split);
    }

    Entry in(Split chosen) {
      return new Entry(file, id, folders, chosen);
    }

    String fileName() {
      return id.substring(id.lastIndexOf('/') + 1);
    }

    String label() {
      return String.join("/", folders);
    }
  }

  private final String name;
  private final List<Entry> entries;
  private final List<String> classes;

  private FileTreeDataset(String name, List<Entry> entries) {
    this.name = name;
    this.entries = entries;
    this.classes = entries.stream().map(Entry::label).distinct().sorted().toList();
  }

  /**
   * Opens the images of a split below a folder or in a zip file.
   *
   * @param byName split of the images where no folder is called train or test
   * @param log called with a line on what is there and not taken, if anything is, and with one on
   *     the split where names decide
   * @throws IOException when there are none; the message shows the layout
   */
  public static FileTreeDataset open(
      Path folderOrZip, Split split, FileNameSplit byName, Consumer<String> log)
      throws IOException {
    Path root =
        Files.isDirectory(folderOrZip)
            ? folderOrZip.toRealPath()
            : ZipImages.open(folderOrZip, log);
    PassedOver passedOver = new PassedOver();
    List<Entry> images =
        ImageTree.read(root, folderOrZip, passedOver).stream().map(Entry::of).toList();
    boolean hasSplits = images.stream().anyMatch(image -> image.split() != null);
    List<Entry> inClasses = images.stream().filter(image -> !image.folders().isEmpty()).toList();
    passedOver.outsideClasses(images.size() - inClasses.size());
    if (hasSplits) {
      passedOver.outsideSplits(inClasses.stream().filter(image -> image.split() == null).count());
    }
    if (!passedOver.isEmpty()) {
      log.accept("%s: passed over %s".formatted(folderOrZip, passedOver));
    }

    List<Entry> placed =
        hasSplits
            ? inClasses
            : inClasses.stream().map(image -> image.in(byName.of(image.fileName()))).toList();
    if (!hasSplits && byName.testShare() > 0 && !placed.isEmpty()) {
      log.accept(splitLine(folderOrZip, placed, byName));
    }

    int shared = sharedFolders(inClasses);
    List<Entry> entries =
        placed.stream()
            .filter(image -> split == image.split())
            .map(image -> image.without(shared))
            .toList();
    if (entries.isEmpty()) {
      throw new IOException(
          "%s has no %s images (JPEG, PNG, GIF, BMP, WebP or TIFF in class folders, such as cats/1.jpg or train/cats/1.jpg)"
              .formatted(folderOrZip, split.name().toLowerCase(Locale.ROOT)));
    }

    return new FileTreeDataset(folderOrZip.getFileName().toString(), entries);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public int size() {
    return entries.size();
  }

  @Override
  public int classOf(int index) {
    return classes.indexOf(entries.get(index).label());
  }

  @Override
  public String id(int index) {
    return entries.get(index).id();
  }

  @Override
  public LabeledExample example(int index) throws IOException {
    Entry entry = entries.get(index);
    return new LabeledExample(entry.id(), entry.label(), bytes(entry));
  }

  private static String splitLine(Path set, List<Entry> placed, FileNameSplit byName) {
    long test = placed.stream().filter(image -> image.split() == Split.TEST).count();
    return String.format(
        Locale.ROOT,
        "%s: no folders train and test, so the names of the files decide: %,d images to train on, %,d to test on (--test-share %s)",
        set,
        placed.size() - test,
        test,
        byName.testShare());
  }

  /** An entry of a zip file may be far larger than the whole file, and tell another size. */
  private static byte[] bytes(Entry entry) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(entry.file())) {
      bytes = in.readNBytes(MAX_IMAGE_BYTES + 1);
    }
    if (bytes.length > MAX_IMAGE_BYTES) {
      throw new IOException(
          "%s is larger than %,d bytes, which no image of a set may be: remove it or scale it down"
              .formatted(entry.id(), MAX_IMAGE_BYTES));
    }

    return bytes;
  }

  /** Number of leading folders that all images share; the last folder always names a class. */
  private static int sharedFolders(List<Entry> images) {
    List<List<String>> paths = images.stream().map(Entry::folders).toList();
    for (int level = 0; ; level++) {
      int index = level;
      if (paths.isEmpty()
          || paths.stream().anyMatch(folders -> folders.size() - 1 <= index)
          || paths.stream().map(folders -> folders.get(index)).distinct().count() > 1) {
        return level;
      }
    }
  }
}
