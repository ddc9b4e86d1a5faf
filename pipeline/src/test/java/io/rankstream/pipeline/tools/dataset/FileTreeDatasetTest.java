package io.rankstream.pipeline.tools.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders and zip files as users have them. */
class FileTreeDatasetTest {

  private static final Charset CP437 = Charset.forName("IBM437");

  @TempDir Path directory;
  private final List<String> told = new ArrayList<>();

  @Test
  void anEntryOfAZipFileThatIsFarLargerThanTheFileIsNotReadToItsEnd() throws IOException {
    Path bomb = directory.resolve("bomb.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(bomb))) {
      zip.putNextEntry(new ZipEntry("cats/1.png"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 65; i++) {
        zip.write(zeros);
      }
    }

    ImageDataset dataset = open(bomb);

    assertThat(Files.size(bomb)).isLessThan(1 << 20);
    assertThatThrownBy(() -> dataset.example(0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cats/1.png is larger than 67,108,864 bytes")
        .hasMessageContaining("remove it or scale it down");
  }

  @Test
  void passesOverFoldersAndFilesOfTools() throws IOException {
    write(
        "cats/1.jpg",
        "dogs/1.jpg",
        "cats/.ipynb_checkpoints/1-checkpoint.jpg",
        ".ipynb_checkpoints/0-checkpoint.jpg",
        "__MACOSX/cats/._1.jpg",
        "dogs/@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg",
        "cats/.DS_Store",
        "cats/Thumbs.db",
        "dogs/._1.jpg",
        "dogs/desktop.ini");

    ImageDataset dataset = open(directory);

    assertThat(ids(dataset)).containsExactly("cats/1.jpg", "dogs/1.jpg");
    assertThat(dataset.classes()).containsExactly("cats", "dogs");
    assertThat(told)
        .singleElement()
        .asString()
        .contains("4 hidden or of a tool", "4 folders hidden or of a tool (")
        .contains(".ipynb_checkpoints", "__MACOSX", "@eaDir");
  }

  @Test
  void aHiddenFolderThatTheUserNamesIsRead() throws IOException {
    write(".photos/cats/1.jpg", ".photos/dogs/1.jpg");

    assertThat(open(directory.resolve(".photos")).classes()).containsExactly("cats", "dogs");
    assertThat(told).isEmpty();
  }

  @Test
  void tellsWhatItDoesNotReadByKindAndNumber() throws IOException {
    write("bats/0.jfif", "bats/1.JFIF", "bats/2.jpe", "cats/1.jpg", "dogs/1.JPEG");
    write("cats/w0.heic", "cats/w1.HEIC", "dogs/b0.raw", "dogs/notes.txt", "dogs/LICENSE");
    write("birds/0.heic", "birds/1.heic", "cover.jpg", "about.txt");

    ImageDataset dataset = open(directory);

    assertThat(dataset.classes()).containsExactly("bats", "cats", "dogs");
    assertThat(dataset.size()).isEqualTo(5);
    assertThat(told)
        .containsExactly(
            directory
                + ": passed over 4 .heic, 2 .txt, 1 .raw, 1 without an ending,"
                + " 1 images outside of class folders, which leaves nothing of birds");
  }

  @Test
  void tellsWhatIsInNoSplit() throws IOException {
    write("train/cats/1.jpg", "test/cats/1.jpg", "val/cats/1.jpg", "val/cats/2.jpg");

    assertThat(ids(open(directory))).containsExactly("train/cats/1.jpg");
    assertThat(told)
        .containsExactly(directory + ": passed over 2 images outside of train and test");
  }

  @Test
  void saysNothingWhereNothingIsPassedOver() throws IOException {
    write("cats/1.jpg", "dogs/1.png");

    open(directory);

    assertThat(told).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyFileIsAnImageOfTheSetOrTold(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> folders = List.of("", "a/", "b/", "a/c/", "b/d/e/");
    List<String> endings =
        List.of(".jpg", ".PNG", ".jfif", ".webp", ".txt", ".db", "", ".tiff", ".gif", ".x.y");
    int files = 50 + random.nextInt(100);
    write("a/always.jpg");
    for (int i = 1; i < files; i++) {
      String folder = folders.get(random.nextInt(folders.size()));
      String hidden = random.nextInt(10) == 0 ? "." : "";
      write(folder + hidden + "file-" + i + endings.get(random.nextInt(endings.size())));
    }

    ImageDataset dataset = open(directory);

    int counted = dataset.size();
    String kinds = told.get(0).substring(told.get(0).indexOf(": passed over ") + 14);
    Matcher number = Pattern.compile("(?:^|, )(\\d+) ").matcher(kinds);
    while (number.find()) {
      counted += Integer.parseInt(number.group(1));
    }
    assertThat(counted).as(kinds).isEqualTo(files);
  }

  @Test
  void followsLinkedClassFoldersAndFiles() throws IOException {
    write("real/cats/1.jpg", "real/cats/2.jpg", "real/dogs/1.jpg", "links/fish/1.jpg");
    Path links = directory.resolve("links");
    Files.createSymbolicLink(links.resolve("cats"), directory.resolve("real/cats"));
    Files.createSymbolicLink(links.resolve("dogs"), Path.of("../real/dogs"));
    Files.createSymbolicLink(links.resolve("fish/2.jpg"), directory.resolve("real/dogs/1.jpg"));
    Files.createSymbolicLink(links.resolve("fish/3.jpg"), directory.resolve("gone.jpg"));
    Files.createSymbolicLink(directory.resolve("entry"), links);

    ImageDataset dataset = open(directory.resolve("entry"));

    assertThat(ids(dataset))
        .containsExactly("cats/1.jpg", "cats/2.jpg", "dogs/1.jpg", "fish/1.jpg", "fish/2.jpg");
    assertThat(dataset.example(4).encoded()).isNotEmpty();
    assertThat(told).singleElement().asString().endsWith("passed over 1 links to nothing");
  }

  @Test
  void refusesALinkThatLeadsBack() throws IOException {
    write("cats/1.jpg", "dogs/1.jpg");
    Files.createSymbolicLink(directory.resolve("cats/again"), directory);

    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("cats/again is a link to a folder that it lies in: remove it");
  }

  @Test
  void refusesNamesThatItCannotRead() throws Exception {
    write("cats/1.jpg");
    // ISO 8859-1, which no name of this machine can be made of in Java.
    String script = "mkdir \"$(printf 'B\\374cher')\" && : > \"$(printf 'B\\374cher')/1.jpg\"";
    Process shell = new ProcessBuilder("sh", "-c", script).directory(directory.toFile()).start();
    assumeTrue(shell.waitFor(1, TimeUnit.MINUTES) && shell.exitValue() == 0, "no such file system");

    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the names of 1 images cannot be read, such as B\uFFFDcher/1.jpg")
        .hasMessageContaining("set LC_ALL=C.UTF-8");
  }

  @Test
  void readsAZipFileWithOldNames() throws Exception {
    ImageDataset dataset =
        open(Path.of(FileTreeDatasetTest.class.getResource("cp437-names.zip").toURI()));

    assertThat(dataset.classes()).containsExactly("Bücher", "dogs", "fish");
    assertThat(dataset.size()).isEqualTo(18);
    assertThat(dataset.example(0).encoded()).hasSizeGreaterThan(1000);
    assertThat(told)
        .containsExactly(
            "cp437-names.zip: its names are not in UTF-8 and are read as CP437, such as Bücher."
                + " If that is wrong, unpack it and give the folder");
  }

  @Test
  void theEndingOfAZipFileDoesNotMatter() throws IOException {
    Path file = zip("set.photos", CP437, "Bücher/1.jpg", "dogs/1.jpg");

    assertThat(open(file).classes()).containsExactly("Bücher", "dogs");
  }

  @Test
  void namesInUtf8AreReadAsTheyAre() throws IOException {
    Path file = zip("set.zip", StandardCharsets.UTF_8, "Bücher/1.jpg", "犬/1.jpg");

    assertThat(open(file).classes()).containsExactly("Bücher", "犬");
    assertThat(told).isEmpty();
  }

  @Test
  void backslashesInAZipFileSeparateNames() throws IOException {
    Path file = zip("windows.zip", StandardCharsets.UTF_8, "cats\\1.jpg", "dogs\\1.jpg");

    ImageDataset dataset = open(file);

    assertThat(dataset.classes()).containsExactly("cats", "dogs");
    assertThat(dataset.id(0)).isEqualTo("cats/1.jpg");
    assertThat(dataset.example(0).encoded()).isNotEmpty();
  }

  @Test
  void foldersOfToolsInAZipFileAreNoClasses() throws IOException {
    Path file =
        zip(
            "mac.zip",
            StandardCharsets.UTF_8,
            "set/cats/1.jpg",
            "set/dogs/1.jpg",
            "__MACOSX/set/cats/._1.jpg");

    assertThat(open(file).classes()).containsExactly("cats", "dogs");
  }

  @Test
  void saysWhyAZipFileCannotBeRead() throws IOException {
    Path file = zip("secret.zip", StandardCharsets.UTF_8, "cats/1.jpg");
    byte[] bytes = Files.readAllBytes(file);
    int directoryEntry = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\u0001\u0002");
    bytes[directoryEntry + 8] |= 1; // general purpose flag: encrypted
    Files.write(file, bytes);
    Path cut = Files.write(directory.resolve("cut.zip"), new byte[] {'P', 'K', 3, 4, 20, 0});

    assertThatThrownBy(() -> open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("secret.zip cannot be read as a zip file (")
        .hasMessageContaining("encrypted")
        .hasMessageEndingWith(": unpack it and give the folder");
    assertThatThrownBy(() -> open(cut)).hasMessageContaining("cut.zip cannot be read as a zip");
  }

  private ImageDataset open(Path path) throws IOException {
    return ImageDatasets.open(path, Split.TRAIN, FileNameSplit.NONE, told::add);
  }

  private void write(String... names) throws IOException {
    for (String name : names) {
      Path file = directory.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "content of " + name);
    }
  }

  private Path zip(String name, Charset charset, String... entries) throws IOException {
    Path file = directory.resolve(name);
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file), charset)) {
      for (String entry : entries) {
        out.putNextEntry(new ZipEntry(entry));
        out.write(entry.getBytes(StandardCharsets.UTF_8));
      }
    }

    return file;
  }

  private static List<String> ids(ImageDataset dataset) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < dataset.size(); i++) {
      ids.add(dataset.id(i));
    }

    return ids;
  }
}
