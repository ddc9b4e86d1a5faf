package io.rankstream.pipeline;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.rankstream.pipeline.event.OperatorNames;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

@AnalyzeClasses(packages = "io.rankstream", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule ONLY_THE_ENDS_OF_THE_JOB_KNOW_THE_KAFKA_CONNECTOR =
      noClasses()
          .that()
          .doNotHaveSimpleName("KafkaEndpoints")
          .and()
          .doNotHaveSimpleName("KafkaKeys") // it lists the keys that the connector declares
          .and()
          .resideOutsideOfPackages("..connect..", "..wire..") // ends, and their records
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.flink.connector.kafka..");

  @ArchTest
  static final ArchRule STAGES_DO_NOT_KNOW_KAFKA =
      noClasses()
          .that()
          .resideInAnyPackage(
              "..receive..",
              "..window..",
              "..train..",
              "..embed..",
              "..drift..",
              "io.rankstream.pipeline.epoch..",
              "..start..",
              "..event..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..", "org.apache.flink.connector.kafka..");

  @ArchTest
  static final ArchRule SCHEMAS_AND_MODEL_DO_NOT_KNOW_THE_PIPELINE =
      noClasses()
          .that()
          .resideInAnyPackage("io.rankstream.model..", "io.rankstream.schemas..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.rankstream.pipeline..");

  @ArchTest
  static final ArchRule STAGES_DO_NOT_KNOW_THE_JOB =
      noClasses()
          .that()
          .resideInAnyPackage(
              "..receive..",
              "..window..",
              "..train..",
              "..embed..",
              "..drift..",
              "io.rankstream.pipeline.epoch..",
              "..start..",
              "..event..")
          .should()
          .dependOnClassesThat()
          .haveSimpleName("RankstreamJob");

  private static Set<String> uids(String sampler, String follow) {
    Configuration settings = new Configuration();
    settings.setString("batch.sampler", sampler);
    settings.setString("embeddings.follow", follow);
    return RankstreamJob.local(settings).getStreamGraph().getStreamNodes().stream()
        .map(StreamNode::getTransformationUID)
        .filter(uid -> uid != null && OperatorNames.all().contains(uid))
        .collect(Collectors.toSet());
  }

  @Test
  void everyOperatorHasItsNameAsUid() {
    Set<String> epochs = new HashSet<>(OperatorNames.all());
    epochs.remove(OperatorNames.NATURAL_WINDOW);
    Set<String> balanced = new HashSet<>(epochs);
    balanced.removeAll(
        Set.of(
            OperatorNames.READ_CONTROL,
            OperatorNames.SWEEP_IMAGES,
            OperatorNames.RECEIVE_SWEPT_IMAGES,
            OperatorNames.MARK_EPOCHS));
    Set<String> natural = new HashSet<>(balanced);
    natural.remove(OperatorNames.PK_WINDOW);
    natural.add(OperatorNames.NATURAL_WINDOW);

    assertThat(uids("pk", "live")).isEqualTo(balanced);
    assertThat(uids("natural", "live")).isEqualTo(natural);
    assertThat(uids("pk", "epochs")).isEqualTo(epochs);
  }

  @Test
  void operatorNamesAreThoseThatWereReleased() {
    assertThat(OperatorNames.all())
        .containsExactly(
            "read-images",
            "receive-images",
            "pk-window",
            "natural-window",
            "two-head-trainer",
            "read-control",
            "sweep-images",
            "receive-swept-images",
            "embed-images",
            "mark-epochs",
            "offer-anchors",
            "measure-drift",
            "write-embeddings",
            "write-metrics",
            "write-model-versions",
            "write-dead-letters");
  }
}
