package io.rankstream.pipeline.tools.dataset;

import io.rankstream.model.image.ImageFormat;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;

/**
 * Finds the images below a folder, or in a zip file, and counts what else is there. Links are
 * followed, since people link class folders together into sets.
 */
final class ImageTree extends SimpleFileVisitor<Path> {

  /** What Java puts where it cannot decode a name. */
  private static final char UNREADABLE = '\uFFFD';

  /**
   * An image.
   *
   * @param file where it is
   * @param parts names of the folders above it, from the root on, and its own name
   */
  record Image(Path file, List<String> parts) {

    /** The names with slashes between them, the same on all systems. */
    String id() {
      return String.join("/", parts);
    }
  }

  private final Path root;
  private final PassedOver passedOver;
  private final List<Image> images = new ArrayList<>();
  private int unreadableNames;
  private String unreadable;

  private ImageTree(Path root, PassedOver passedOver) {
    this.root = root;
    this.passedOver = passedOver;
  }

  /**
   * The images in the order of their ids.
   *
   * @param shown how messages name the root
   * @param passedOver takes what is no image
   * @throws IOException when a link leads back to a folder above it, when a folder cannot be
   *     opened, or when the name of an image cannot be read
   */
  static List<Image> read(Path root, Path shown, PassedOver passedOver) throws IOException {
    ImageTree tree = new ImageTree(root, passedOver);
    Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, tree);
    if (tree.unreadableNames > 0) {
      // Their labels would be wrong, and those of several classes the same.
      throw new IOException(
          "%s: the names of %s images cannot be read, such as %s: set LC_ALL=C.UTF-8, or rename what is not in UTF-8"
              .formatted(shown, tree.unreadableNames, tree.unreadable));
    }

    tree.images.sort(Comparator.comparing(Image::id));
    return tree.images;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
    if (!folder.equals(root) && ToolNames.contains(name(folder))) {
      passedOver.toolFolder(name(folder));
      return FileVisitResult.SKIP_SUBTREE;
    }

    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    if (attributes.isSymbolicLink()) { // a link that leads somewhere has become its target
      passedOver.brokenLink();
    } else if (!attributes.isRegularFile()) {
      passedOver.specialFile();
    } else if (ToolNames.contains(name(file))) {
      passedOver.toolFile();
    } else {
      take(new Image(file, parts(file)));
    }

    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
    if (failure instanceof FileSystemLoopException) {
      throw new IOException(
          "%s is a link to a folder that it lies in: remove it".formatted(file), failure);
    }

    throw failure;
  }

  private void take(Image image) {
    List<String> folders = image.parts().subList(0, image.parts().size() - 1);
    String name = image.parts().get(folders.size());
    String folder = String.join("/", folders);
    if (ImageFormat.ofFileName(name).isEmpty()) {
      passedOver.otherFormat(folder, name);
      return;
    }

    passedOver.image(folder);
    images.add(image);
    if (image.id().indexOf(UNREADABLE) >= 0) {
      unreadableNames++;
      unreadable = image.id();
    }
  }

  private List<String> parts(Path file) {
    List<String> parts = new ArrayList<>();
    for (Path part : root.relativize(file)) {
      // Some programs of Windows write zip files with backslashes between the names.
      parts.addAll(
          isInZip() ? List.of(part.toString().split("[/\\\\]")) : List.of(part.toString()));
    }

    return parts;
  }

  private boolean isInZip() {
    return root.getFileSystem().provider().getScheme().equals("jar");
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName()); // the root of a zip file has none
  }
}
