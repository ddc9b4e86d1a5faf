package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.lab.local.LocalRun;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.dataset.FileNameSplit;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ImageDatasets;
import io.rankstream.pipeline.tools.dataset.Split;
import io.rankstream.pipeline.tools.evaluate.FedImages;
import io.rankstream.schemas.LabeledImage;
import io.rankstream.schemas.TrainingMetrics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.CheckpointingOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A small set that is fed several times, and what a job takes of it, on a real broker. */
class EpochsITCase {

  private static final int CLASSES = 4;
  private static final int PER_CLASS = 6;
  private static final int IMAGES = CLASSES * PER_CLASS;
  private static final int EPOCHS = 3;

  @TempDir Path directory;
  private LocalRun kafka;

  @BeforeEach
  void start() throws Exception {
    kafka = LocalRun.start("epochs");
    Fixtures.photos(directory.resolve("photos"), CLASSES, PER_CLASS);
  }

  @AfterEach
  void stop() {
    kafka.close();
  }

  @Test
  void aJobTakesEachEpochForNewImagesOfTheSameIds() throws Exception {
    assertThat(feed("--epochs", Integer.toString(EPOCHS)))
        .contains("72 images of 4 classes in 3 epochs to images.v2")
        .doesNotContain("had records before");

    assertThat(labeledById().values()).hasSize(IMAGES).allSatisfy(EpochsITCase::sentInEachEpoch);
    // A later epoch takes the place of what still waits of an earlier one; repeats would leave 24.
    assertThat(freshImagesOfAJob()).isGreaterThan(IMAGES).isLessThanOrEqualTo(EPOCHS * IMAGES);
  }

  @Test
  void aSetThatIsFedAgainWithoutEpochsIsPassedOverAndTheCommandSaysWhen() throws Exception {
    feed();

    assertThat(feed())
        .contains("images.v2 had records before", "repeats.within", "(10 min unless set)")
        .contains("numImagesRepeated", "--epochs N");
    assertThat(freshImagesOfAJob()).isEqualTo(IMAGES);
  }

  @Test
  void aSetThatIsFedOnceIsTrainedOnInPassesWhenTheInputHasEnded() throws Exception {
    feed();

    run(kafka.settings().with(JobOptions.TRAINING_PASSES, 5));
    List<TrainingMetrics> steps =
        kafka.read(TopicNames.defaults().metrics(), TrainingMetrics.getDecoder());
    int places = steps.stream().mapToInt(TrainingMetrics::getImagesInBatch).sum();
    assertThat(steps.stream().mapToInt(TrainingMetrics::getFreshImages).sum()).isEqualTo(IMAGES);
    assertThat(places).isBetween(5 * IMAGES, 5 * IMAGES + 3); // the last batch has four
  }

  @Test
  void imagesThatAModelMayHaveBeenTrainedOnAreNotScored() throws Exception {
    feed("--limit", "20");
    ImageDataset photos =
        ImageDatasets.open(
            directory.resolve("photos"), Split.TRAIN, FileNameSplit.NONE, line -> {});
    FedImages fed = FedImages.read(kafka.clients(), "images.v2", JobConfig.Registry.none());
    List<String> told = new ArrayList<>();

    ImageDataset unseen = fed.without(photos, told::add);

    assertThat(unseen.size()).isEqualTo(4);
    assertThat(labeledById()).hasSize(20);
    for (int i = 0; i < unseen.size(); i++) {
      assertThat(labeledById()).doesNotContainKey(unseen.id(i));
    }
    assertThat(told)
        .containsExactly(
            "20 of 24 images are in images.v2 with a label, and are left out: the model may have been trained on them");

    feed("--unlabeled", "1"); // those that were fed with a label stay out, the others are unseen
    assertThat(
            FedImages.read(kafka.clients(), "images.v2", JobConfig.Registry.none())
                .without(photos, told::add)
                .size())
        .isEqualTo(4);

    feed();
    assertThatThrownBy(
            () ->
                FedImages.read(kafka.clients(), "images.v2", JobConfig.Registry.none())
                    .without(photos, told::add))
        .hasMessageContaining("All 24 images of photos are in images.v2 with a label");
  }

  @Test
  void anImageIsSentWithItsLabelInEveryEpochOrInNone() throws Exception {
    feed("--epochs", Integer.toString(EPOCHS), "--unlabeled", "0.3");

    assertThat(labeledById().values())
        .allSatisfy(each -> assertThat(each).hasSize(EPOCHS).containsOnly(each.get(0)))
        .anySatisfy(each -> assertThat(each).contains(true))
        .anySatisfy(each -> assertThat(each).contains(false));
  }

  @Test
  void aLimitCountsTheImagesOfAllEpochs() throws Exception {
    feed("--epochs", "9", "--limit", "30");

    assertThat(kafka.records("images.v2")).hasSize(30);
  }

  @Test
  void aDamagedImageIsToldAndNotSent() throws Exception {
    Files.write(directory.resolve("photos/class-1/3.png"), new byte[] {1, 2, 3});

    assertThat(feed("--epochs", "2"))
        .containsSubsequence(
            "photos: 1 of 24 images cannot be used and are left out (class-1/3.png: ",
            "46 images of 4 classes in 2 epochs");
    assertThat(labeledById()).hasSize(IMAGES - 1).doesNotContainKey("class-1/3.png");
  }

  private static void sentInEachEpoch(List<Boolean> labeled) {
    assertThat(labeled).hasSize(EPOCHS).containsOnly(true);
  }

  /** Whether an image had its label, each time that it was sent, by id. */
  private Map<String, List<Boolean>> labeledById() throws Exception {
    Map<String, List<Boolean>> labeled = new TreeMap<>();
    for (LabeledImage image : kafka.read("images.v2", LabeledImage.getDecoder())) {
      labeled
          .computeIfAbsent(image.getImageId(), id -> new ArrayList<>())
          .add(image.getLabel() != null);
    }
    return labeled;
  }

  /** Runs a job over all that was fed; returns how many images it trained on as new ones. */
  private int freshImagesOfAJob() throws Exception {
    run(kafka.settings());
    return kafka.read(TopicNames.defaults().metrics(), TrainingMetrics.getDecoder()).stream()
        .mapToInt(TrainingMetrics::getFreshImages)
        .sum();
  }

  private void run(JobSettings settings) throws Exception {
    kafka.run(
        settings
            .with(JobOptions.INPUT_BOUNDED, true)
            .with(JobOptions.BATCH_CLASSES, 2)
            .with(JobOptions.BATCH_IMAGES_PER_CLASS, 2)
            .with(JobOptions.BATCH_MAX_WAIT, Duration.ofHours(1)) // however slow the machine is
            .with(JobOptions.MODEL_EMBEDDING_DIMENSION, 16)
            .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500))
            .configuration(),
        "epochs-test");
  }

  private String feed(String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "feed",
                "--bootstrap-servers",
                kafka.bootstrapServers(),
                "--test-share",
                "0",
                "--data",
                directory.resolve("photos").toString()));
    arguments.addAll(List.of(options));
    StringWriter out = new StringWriter();
    CommandLine line = Lab.commandLine();
    line.setOut(new PrintWriter(out, true));
    assertThat(line.execute(arguments.toArray(String[]::new))).as(out.toString()).isZero();
    return out.toString();
  }
}
