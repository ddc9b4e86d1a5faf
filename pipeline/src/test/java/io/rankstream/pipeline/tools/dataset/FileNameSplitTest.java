package io.rankstream.pipeline.tools.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileNameSplitTest {

  @TempDir Path directory;
  private final List<String> told = new ArrayList<>();

  @Test
  void theSplitsShareNoImageAndMakeUpTheSet() throws IOException {
    for (int i = 0; i < 400; i++) {
      write((i % 2 == 0 ? "cats/" : "dogs/") + i + ".jpg");
    }

    Set<String> train = ids(directory, Split.TRAIN);
    Set<String> test = ids(directory, Split.TEST);

    assertThat(train).doesNotContainAnyElementsOf(test);
    assertThat(train.size() + test.size()).isEqualTo(400);
    assertThat(test).hasSizeBetween(70, 130); // a quarter, as far as the hash makes it
    assertThat(new HashSet<>(told))
        .containsExactly(
            "%s: no folders train and test, so the names of the files decide: %d images to train on, %d to test on (--test-share 0.25)"
                .formatted(directory, train.size(), test.size()));
  }

  @Test
  void anImageKeepsItsSideInAnotherClassAnotherFolderAndALargerSet() throws IOException {
    for (int i = 0; i < 40; i++) {
      write("small/cats/" + i + ".jpg");
      write("small/dogs/d" + i + ".jpg");
      write("large/set/dogs/" + i + ".jpg"); // another label
      write("large/set/birds/b" + i + ".jpg");
    }

    Set<String> before = names(ids(directory.resolve("small"), Split.TEST));
    Set<String> after = names(ids(directory.resolve("large"), Split.TEST));

    for (int i = 0; i < 40; i++) {
      assertThat(after.contains(i + ".jpg")).isEqualTo(before.contains(i + ".jpg"));
    }
    assertThat(before).isNotEmpty();
  }

  @Test
  void isTheSameInEveryVersionOfTheProgram() {
    assertThat(FileNameSplit.QUARTER.of("1.jpg")).isEqualTo(Split.TRAIN);
    assertThat(FileNameSplit.QUARTER.of("2.jpg")).isEqualTo(Split.TRAIN);
    assertThat(FileNameSplit.QUARTER.of("3.jpg")).isEqualTo(Split.TRAIN);
    assertThat(FileNameSplit.QUARTER.of("4.jpg")).isEqualTo(Split.TRAIN);
    assertThat(new FileNameSplit(0.5).of("cafe\u0301.jpg"))
        .isEqualTo(new FileNameSplit(0.5).of("caf\u00e9.jpg"));
  }

  @Test
  void aLargerShareOnlyAddsImagesToTheTest() {
    for (int i = 0; i < 200; i++) {
      String name = i + ".png";
      if (FileNameSplit.QUARTER.of(name) == Split.TEST) {
        assertThat(new FileNameSplit(0.5).of(name)).isEqualTo(Split.TEST);
      }
      assertThat(FileNameSplit.NONE.of(name)).isEqualTo(Split.TRAIN);
      assertThat(new FileNameSplit(1).of(name)).isEqualTo(Split.TEST);
    }
  }

  @Test
  void foldersDecideWhereThereAreSome() throws IOException {
    for (int i = 0; i < 20; i++) {
      write("train/cats/" + i + ".jpg");
    }
    write("test/cats/x.jpg");

    assertThat(ids(directory, Split.TRAIN)).hasSize(20);
    assertThat(ids(directory, Split.TEST)).containsExactly("test/cats/x.jpg");
    assertThat(told).isEmpty();
  }

  @Test
  void noTrainingImageIsCalledUnseenWhereNoneIsLeftToTestOn() throws IOException {
    write("cats/1.jpg");

    assertThatThrownBy(
            () -> ImageDatasets.open(directory, Split.TEST, FileNameSplit.NONE, told::add))
        .hasMessageContaining("has no test images");
    assertThatThrownBy(() -> new FileNameSplit(1.5))
        .hasMessage("Invalid test-share: 1.5 (must be 0 to 1)");
  }

  private void write(String name) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, name);
  }

  private Set<String> ids(Path folder, Split split) throws IOException {
    ImageDataset dataset = ImageDatasets.open(folder, split, told::add);
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < dataset.size(); i++) {
      ids.add(dataset.id(i));
    }
    return ids;
  }

  private static Set<String> names(Set<String> ids) {
    Set<String> names = new HashSet<>();
    ids.forEach(id -> names.add(id.substring(id.lastIndexOf('/') + 1)));
    return names;
  }
}
