package io.rankstream.pipeline.tools.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.Fixtures;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDatasetsTest {

  @TempDir Path directory;
  private final List<String> told = new ArrayList<>();

  private static void idx(Path file, int magic, int[] dimensions, byte[] content)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * dimensions.length + content.length);
    buffer.putInt(magic);
    for (int dimension : dimensions) {
      buffer.putInt(dimension);
    }
    buffer.put(content);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(buffer.array());
    }
  }

  private void mnistLike(byte... labels) throws IOException {
    byte[] pixels = new byte[labels.length * 6];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 5);
    }
    idx(
        directory.resolve("train-images-idx3-ubyte.gz"),
        0x803,
        new int[] {labels.length, 2, 3},
        pixels);
    idx(directory.resolve("train-labels-idx1-ubyte.gz"), 0x801, new int[] {labels.length}, labels);
  }

  private void write(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, Fixtures.png(1, 1));
  }

  private static Map<String, Integer> counts(ImageDataset dataset, List<Integer> order) {
    Map<String, Integer> counts = new TreeMap<>();
    order.forEach(i -> counts.merge(dataset.classes().get(dataset.classOf(i)), 1, Integer::sum));
    return counts;
  }

  @Test
  void readsIdxFilesAndEncodesTheirPixelsExactly() throws Exception {
    mnistLike((byte) 1, (byte) 0, (byte) 1);

    ImageDataset dataset = ImageDatasets.open(directory, Split.TRAIN, told::add);

    assertThat(dataset.size()).isEqualTo(3);
    assertThat(dataset.classes()).containsExactly("0", "1");
    LabeledExample second = dataset.example(1);
    assertThat(second.label()).isEqualTo("0");
    assertThat(second.id()).isEqualTo(dataset.id(1)).endsWith("-train-00001");
    Raster raster = ImageIO.read(new ByteArrayInputStream(second.encoded())).getRaster();
    assertThat(raster.getWidth()).isEqualTo(3);
    assertThat(raster.getSample(2, 1, 0)).isEqualTo((6 + 5) * 5);
  }

  @Test
  void saysWhichFileIsNotIdx() throws IOException {
    mnistLike((byte) 0);
    idx(directory.resolve("train-labels-idx1-ubyte.gz"), 0x999, new int[] {1}, new byte[] {0});

    assertThatThrownBy(() -> ImageDatasets.open(directory, Split.TRAIN, told::add))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(
            "train-labels-idx1-ubyte.gz is not an IDX file (it starts with 00000999, not 00000801)");
  }

  @Test
  void readsClassFoldersWithSplits() throws IOException {
    write(directory.resolve("set/train/cats/1.png"));
    write(directory.resolve("set/train/dogs/1.PNG"));
    write(directory.resolve("set/test/cats/9.png"));
    Files.writeString(directory.resolve("set/train/cats/notes.txt"), "no image");

    ImageDataset train = ImageDatasets.open(directory, Split.TRAIN, told::add);
    ImageDataset test = ImageDatasets.open(directory, Split.TEST, told::add);

    assertThat(train.classes()).containsExactly("cats", "dogs");
    assertThat(train.size()).isEqualTo(2);
    assertThat(train.example(0).id()).isEqualTo("set/train/cats/1.png");
    assertThat(test.size()).isEqualTo(1);
    assertThat(test.example(0).label()).isEqualTo("cats");
  }

  @Test
  void readsATreeOfOneSplitAndOneClass() throws IOException {
    write(directory.resolve("train/cats/1.png"));
    write(directory.resolve("train/cats/._1.png"));

    ImageDataset dataset = ImageDatasets.open(directory, Split.TRAIN, told::add);

    assertThat(dataset.classes()).containsExactly("cats");
    assertThat(dataset.size()).isEqualTo(1);
    assertThat(LongTail.order(dataset, 100, 1)).containsExactly(0);
  }

  @Test
  void takesAClassCalledTrainForAClass() throws IOException {
    write(directory.resolve("train/1.png"));
    write(directory.resolve("plane/1.png"));

    assertThat(ImageDatasets.open(directory, Split.TRAIN, FileNameSplit.NONE, told::add).classes())
        .containsExactly("plane", "train");
  }

  @Test
  void saysThatAFileIsNoZip() throws IOException {
    Path file = Files.writeString(directory.resolve("notes.txt"), "no zip");

    assertThatThrownBy(() -> ImageDatasets.open(file, Split.TRAIN, told::add))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is neither a folder nor a zip file");
  }

  @Test
  void readsZipFilesOfNestedClasses() throws IOException {
    Path zip = directory.resolve("letters.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String name : List.of("set/Greek/character01/1.png", "set/Latin/character01/1.png")) {
        out.putNextEntry(new ZipEntry(name));
        out.write(Fixtures.png(1, 1));
      }
    }

    ImageDataset dataset = ImageDatasets.open(zip, Split.TRAIN, FileNameSplit.NONE, told::add);

    assertThat(dataset.classes()).containsExactly("Greek/character01", "Latin/character01");
    assertThat(dataset.example(1).encoded()).isEqualTo(Fixtures.png(1, 1));
  }

  @Test
  void saysWhatIsAccepted() {
    assertThatThrownBy(
            () -> ImageDatasets.open(directory.resolve("nothing"), Split.TRAIN, told::add))
        .hasMessageContaining("does not exist")
        .hasMessageContaining("a folder of IDX files");
    assertThatThrownBy(() -> ImageDatasets.open(directory, Split.TRAIN, told::add))
        .hasMessageContaining("has no train images")
        .hasMessageContaining("train/cats/1.jpg");
  }

  @Test
  void driftTurnsTheTailRoundAndBringsNewClasses() throws Exception {
    byte[] labels = new byte[6000];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) (i % 10);
    }
    mnistLike(labels);
    ImageDataset dataset = ImageDatasets.open(directory, Split.TRAIN, told::add);

    LongTail.Drift drift = LongTail.drift(dataset, 10, 7);

    Map<String, Integer> before = counts(dataset, drift.order().subList(0, drift.change()));
    Map<String, Integer> after =
        counts(dataset, drift.order().subList(drift.change(), drift.order().size()));
    assertThat(drift.order()).doesNotHaveDuplicates();
    assertThat(before.keySet()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7");
    assertThat(before).containsEntry("0", 300).containsEntry("7", 30);
    assertThat(after).hasSize(10).containsEntry("0", 30).containsEntry("9", 300);
  }

  @Test
  void aViewHasItsClassesAndAnIdOfItsOwn() throws Exception {
    mnistLike((byte) 0, (byte) 1, (byte) 2, (byte) 1);
    ImageDataset whole = ImageDatasets.open(directory, Split.TRAIN, told::add);

    ImageDataset ones = DatasetView.ofClasses(whole, c -> c == 1);
    ImageDataset repeated = DatasetView.repeated(whole, 12);

    assertThat(ones.size()).isEqualTo(2);
    assertThat(ones.id(1)).isEqualTo(whole.id(3));
    assertThat(ones.example(1).label()).isEqualTo("1");
    assertThat(repeated.id(10)).isEqualTo(whole.id(2) + "-2");
    assertThat(repeated.example(10).id()).isEqualTo(repeated.id(10));
  }

  @Test
  void thinsToALongTail() {
    ImageDataset dataset = new ProceduralDataset(600, Split.TRAIN);

    List<Integer> order = LongTail.order(dataset, 100, 7);

    assertThat(counts(dataset, order).values())
        .containsExactly(600, 360, 216, 129, 77, 46, 28, 17, 10, 6);
    assertThat(order).doesNotHaveDuplicates().isNotEqualTo(order.stream().sorted().toList());
    assertThat(LongTail.order(dataset, 100, 7)).isEqualTo(order);
    assertThat(LongTail.order(dataset, 100, 8)).isNotEqualTo(order);
    assertThat(LongTail.order(dataset, 1, 7)).hasSize(6000);
  }

  @Test
  void drawsDifferentImagesForTheSplits() throws IOException {
    LabeledExample train = new ProceduralDataset(3, Split.TRAIN).example(4);
    LabeledExample test = new ProceduralDataset(3, Split.TEST).example(4);

    assertThat(train.label()).isEqualTo("texture-1");
    assertThat(train.encoded()).isNotEqualTo(test.encoded());
    assertThat(new HashSet<>(List.of(train.id(), test.id()))).hasSize(2);
    assertThat(new ProceduralDataset(3, Split.TRAIN).example(4).encoded())
        .isEqualTo(train.encoded());
  }
}
