package io.rankstream.pipeline.tools.dataset;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipError;
import java.util.zip.ZipException;

/**
 * Images in class folders, on disk or in a zip file. The folders above an image name its class. A
 * folder called {@code train} or {@code test} selects the split, and folders that all images share
 * are left out of the name.
 */
public final class FileTreeDataset implements ImageDataset {

  /** An image and the folders above it, without the one that names the split. */
  private record Entry(Path file, String id, List<String> folders, Split split) {

    static Entry of(Path root, Path file) {
      List<String> parts = new ArrayList<>();
      root.relativize(file).forEach(part -> parts.add(part.toString()));
      List<String> folders = new ArrayList<>(parts.subList(0, parts.size() - 1));
      for (int level = 0; level < folders.size() - 1; level++) { // the last folder names a class
        for (Split split : Split.values()) {
          if (folders.get(level).equalsIgnoreCase(split.name())) {
            folders.remove(level);
            return new Entry(file, String.join("/", parts), folders, split);
          }
        }
      }

      return new Entry(file, String.join("/", parts), folders, null);
    }

    Entry without(int shared) {
      return new Entry(file, id, folders.subList(shared, folders.size()), split);
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
   * Opens the JPEG and PNG images of a split below a folder or in a zip file.
   *
   * @throws IOException when there are none; the message shows the layout
   */
  public static FileTreeDataset open(Path folderOrZip, Split split) throws IOException {
    Path root = root(folderOrZip);
    List<Entry> images = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path file : (Iterable<Path>) walk.filter(FileTreeDataset::isImage).sorted()::iterator) {
        images.add(Entry.of(root, file));
      }
    }

    boolean hasSplits = images.stream().anyMatch(image -> image.split() != null);
    int shared = sharedFolders(images);
    List<Entry> entries =
        images.stream()
            .filter(image -> !hasSplits || split == image.split())
            .filter(image -> !image.folders().isEmpty())
            .map(image -> image.without(shared))
            .toList();
    if (entries.isEmpty()) {
      throw new IOException(
          "%s has no %s images (JPEG or PNG in class folders, such as cats/1.jpg or train/cats/1.jpg)"
              .formatted(folderOrZip, split.name().toLowerCase(Locale.ROOT)));
    }

    return new FileTreeDataset(folderOrZip.getFileName().toString(), entries);
  }

  private static Path root(Path folderOrZip) throws IOException {
    if (Files.isDirectory(folderOrZip)) {
      return folderOrZip.toRealPath();
    }

    try {
      // The file system of a zip stays open until the process ends: its images are read on demand.
      return FileSystems.newFileSystem(folderOrZip).getPath("/");
    } catch (ProviderNotFoundException | ZipError | ZipException e) {
      throw new IOException(
          "%s is neither a folder nor a zip file: give a folder or a zip file with a folder of JPEG or PNG images for each class"
              .formatted(folderOrZip),
          e);
    }
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
    return new LabeledExample(entry.id(), entry.label(), Files.readAllBytes(entry.file()));
  }

  private static boolean isImage(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return Files.isRegularFile(file)
        && !name.startsWith(".") // such as the ._ files that macOS adds to archives
        && (name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png"));
  }

  /** Number of leading folders that all images share; the last folder always names a class. */
  private static int sharedFolders(List<Entry> images) {
    List<List<String>> paths =
        images.stream().map(Entry::folders).filter(folders -> !folders.isEmpty()).toList();
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
