package io.rankstream.pipeline.dataset;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Images in class folders, on disk or in a zip file. The folders above an image name its class; a
 * level called {@code train} or {@code test} picks the split, and folders that all images share do
 * not count.
 */
public final class FileTreeDataset implements ImageDataset {

  private record Entry(Path file, String id, String label) {}

  private final String name;
  private final List<Entry> entries;
  private final List<String> classes;

  private FileTreeDataset(String name, List<Entry> entries) {
    this.name = name;
    this.entries = entries;
    this.classes = entries.stream().map(Entry::label).distinct().sorted().toList();
  }

  /**
   * Finds the images below a folder or in a zip file.
   *
   * @throws IOException when there are none
   */
  public static FileTreeDataset open(Path folderOrZip, Split split) throws IOException {
    boolean folder = Files.isDirectory(folderOrZip);
    // The file system of a zip stays open for as long as its images may be read: to the end of the
    // process.
    Path root = folder ? folderOrZip : FileSystems.newFileSystem(folderOrZip).getPath("/");
    List<List<String>> paths = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path file : (Iterable<Path>) walk.filter(FileTreeDataset::isImage).sorted()::iterator) {
        List<String> parts = new ArrayList<>();
        root.relativize(file).forEach(part -> parts.add(part.toString()));
        files.add(file);
        paths.add(parts);
      }
    }

    boolean hasSplits = paths.stream().anyMatch(parts -> splitLevel(parts) >= 0);
    int shared = sharedFolders(paths);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      List<String> parts = paths.get(i);
      int level = splitLevel(parts);
      if (!hasSplits || (level >= 0 && parts.get(level).equalsIgnoreCase(split.name()))) {
        List<String> folders = new ArrayList<>(parts.subList(0, parts.size() - 1));
        if (level >= 0) {
          folders.remove(level);
        }
        List<String> named = folders.subList(Math.min(shared, folders.size()), folders.size());
        if (!named.isEmpty()) {
          entries.add(new Entry(files.get(i), String.join("/", parts), String.join("/", named)));
        }
      }
    }

    if (entries.isEmpty()) {
      throw new IOException(
          "%s has no %s images (JPEG or PNG in class folders, such as cats/1.jpg or train/cats/1.jpg)"
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
    return new LabeledExample(entry.id(), entry.label(), Files.readAllBytes(entry.file()));
  }

  private static boolean isImage(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return Files.isRegularFile(file)
        && (name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png"));
  }

  private static int splitLevel(List<String> parts) {
    for (int i = 0; i < parts.size() - 1; i++) {
      if (parts.get(i).equalsIgnoreCase("train") || parts.get(i).equalsIgnoreCase("test")) {
        return i;
      }
    }

    return -1;
  }

  /** Leading folders that are the same for all images; they say nothing of the class. */
  private static int sharedFolders(List<List<String>> paths) {
    for (int level = 0; ; level++) {
      int index = level;
      if (paths.isEmpty()
          || paths.stream().anyMatch(parts -> parts.size() - 1 <= index)
          || paths.stream().map(parts -> parts.get(index)).distinct().count() > 1) {
        return level;
      }
    }
  }
}
