package io.rankstream.pipeline.tools.dataset;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;

/**
 * A set of the MNIST family: grey images and labels in two IDX files, gzipped or not. Images are
 * encoded as PNG.
 *
 * @see <a href="http://yann.lecun.com/exdb/mnist/">The IDX format</a>
 */
public final class IdxDataset implements ImageDataset {

  private static final int IMAGES_MAGIC = 0x00000803;
  private static final int LABELS_MAGIC = 0x00000801;

  private final String name;
  private final Split split;
  private final List<String> classes;
  private final byte[] pixels;
  private final byte[] labels;
  private final int height;
  private final int width;

  private IdxDataset(
      String name,
      Split split,
      List<String> classes,
      byte[] pixels,
      byte[] labels,
      int height,
      int width) {
    this.name = name;
    this.split = split;
    this.classes = classes;
    this.pixels = pixels;
    this.labels = labels;
    this.height = height;
    this.width = width;
  }

  /** Whether a directory holds the files of a split. */
  static boolean isIn(Path directory, Split split) {
    return find(directory, prefix(split) + "-images-idx3-ubyte") != null
        && find(directory, prefix(split) + "-labels-idx1-ubyte") != null;
  }

  /**
   * Reads a split.
   *
   * @param directory directory of files such as train-images-idx3-ubyte.gz
   * @param classNames names of classes 0, 1, …; the numbers are used where there are too few
   * @throws IOException when the files are missing or are no IDX files
   */
  public static IdxDataset read(String name, Path directory, Split split, List<String> classNames)
      throws IOException {
    try {
      return parse(name, directory, split, classNames);
    } catch (BufferUnderflowException | NegativeArraySizeException | ArithmeticException e) {
      throw new IOException(
          "%s has files that are shorter than their headers say: download them again"
              .formatted(directory),
          e);
    }
  }

  private static IdxDataset parse(String name, Path directory, Split split, List<String> classNames)
      throws IOException {
    ByteBuffer images = buffer(directory, prefix(split) + "-images-idx3-ubyte", IMAGES_MAGIC);
    int count = images.getInt();
    int height = images.getInt();
    int width = images.getInt();
    byte[] pixels = new byte[Math.multiplyExact(count, Math.multiplyExact(height, width))];
    images.get(pixels);

    ByteBuffer labelBuffer = buffer(directory, prefix(split) + "-labels-idx1-ubyte", LABELS_MAGIC);
    byte[] labels = new byte[labelBuffer.getInt()];
    labelBuffer.get(labels);
    if (labels.length != count) {
      throw new IOException(
          "%s has %d images and %d labels: download it again"
              .formatted(directory, count, labels.length));
    }

    int classCount = IntStream.range(0, count).map(i -> labels[i] & 0xFF).max().orElse(0) + 1;
    List<String> names =
        classNames.size() >= classCount
            ? classNames
            : IntStream.range(0, classCount).mapToObj(Integer::toString).toList();
    return new IdxDataset(name, split, names, pixels, labels, height, width);
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
    return labels.length;
  }

  @Override
  public int classOf(int index) {
    return labels[index] & 0xFF;
  }

  @Override
  public String id(int index) {
    return "%s-%s-%05d".formatted(name, split.name().toLowerCase(Locale.ROOT), index);
  }

  @Override
  public LabeledExample example(int index) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    byte[] samples = new byte[height * width];
    System.arraycopy(pixels, index * samples.length, samples, 0, samples.length);
    image.getRaster().setDataElements(0, 0, width, height, samples);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return new LabeledExample(id(index), classes.get(classOf(index)), png.toByteArray());
  }

  private static String prefix(Split split) {
    return split == Split.TRAIN ? "train" : "t10k";
  }

  private static Path find(Path directory, String name) {
    for (String each : List.of(name + ".gz", name)) {
      if (Files.isRegularFile(directory.resolve(each))) {
        return directory.resolve(each);
      }
    }

    return null;
  }

  private static ByteBuffer buffer(Path directory, String name, int magic) throws IOException {
    Path file = find(directory, name);
    if (file == null) {
      throw new IOException(
          "%s has no %s or %s.gz: download the data set again".formatted(directory, name, name));
    }

    try (InputStream raw = Files.newInputStream(file);
        InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
      ByteBuffer buffer = ByteBuffer.wrap(in.readAllBytes());
      int found = buffer.remaining() < Integer.BYTES ? 0 : buffer.getInt();
      if (found != magic) {
        throw new IOException(
            "%s is not an IDX file (it starts with %08x, not %08x): download it again"
                .formatted(file, found, magic));
      }

      return buffer;
    }
  }
}
