package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.network.Backbone;
import io.rankstream.pipeline.Fixtures;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobConfigTest {

  @Test
  void defaultsOfTheBatchesAndTheHeadsAreThoseOfThePaper() {
    JobConfig config = Fixtures.config();

    assertThat(config.batch().classes()).isEqualTo(8);
    assertThat(config.batch().imagesPerClass()).isEqualTo(4);
    assertThat(config.model().architecture().embeddingDimension()).isEqualTo(256);
    assertThat(config.model().loss().lambda()).isEqualTo(1);
    assertThat(config.model().loss().margin().value()).isEqualTo(0.2);
    assertThat(config.model().loss().squaredDistance()).isTrue();
    assertThat(config.model().optimizer().momentum()).isEqualTo(0.9);
    assertThat(config.kafka().settings()).containsEntry("bootstrap.servers", "localhost:9092");
  }

  @Test
  void readsWhatIsGiven() {
    JobConfig config =
        Fixtures.config(
            "model.backbone", "resnet18",
            "model.channels", "3",
            "batch.max-wait", "250 ms",
            "window.reservoir", "recent",
            "input.streams", "north;south",
            "loss.margin", "soft",
            "kafka.security.protocol", "SASL_SSL");

    assertThat(config.model().architecture().backbone()).isEqualTo(Backbone.RESNET18);
    assertThat(config.batch().maxWait()).isEqualTo(Duration.ofMillis(250));
    assertThat(config.window().reservoir()).isEqualTo(Reservoir.RECENT);
    assertThat(config.input().streams()).containsExactlyInAnyOrder("north", "south");
    assertThat(config.model().loss().margin().isSoft()).isTrue();
    assertThat(config.kafka().properties()).containsEntry("security.protocol", "SASL_SSL");
  }

  @Test
  void takesTheInputThatIsUsualForTheBackbone() {
    InputSpec input =
        config(settings().with(JobOptions.MODEL_BACKBONE, Backbone.INCEPTION_V4)).model().input();
    InputSpec smaller =
        config(
                settings()
                    .with(JobOptions.MODEL_BACKBONE, Backbone.RESNET50)
                    .with(JobOptions.MODEL_HEIGHT, 96)
                    .with(JobOptions.MODEL_WIDTH, 64))
            .model()
            .input();

    assertThat(input).isEqualTo(new InputSpec(3, 299, 299, Normalization.HALF_RANGE));
    assertThat(smaller).isEqualTo(new InputSpec(3, 96, 64, Normalization.IMAGENET));
    assertThat(Fixtures.config().model().input())
        .isEqualTo(new InputSpec(1, 28, 28, Normalization.HALF_RANGE));
  }

  @Test
  void lambdaIsThatOfThePaperUnlessAnotherIsGiven() {
    assertThat(Fixtures.config("loss.ranking", "center").model().loss().lambda()).isEqualTo(0.003);
    assertThat(
            Fixtures.config("loss.ranking", "center", "loss.lambda", "0.1").model().loss().lambda())
        .isEqualTo(0.1);
    assertThatThrownBy(() -> Fixtures.config("loss.lambda", "much"))
        .hasMessageContaining("Invalid loss.lambda: much (must be auto or a number of 0 to 1000)");
  }

  @Test
  void takesConstantsInKebabCaseAndInAnyOther() {
    for (String name : List.of("inception-v4", "INCEPTION_V4", "Inception-V4", "inception_v4")) {
      assertThat(Fixtures.config("model.backbone", name).model().architecture().backbone())
          .isEqualTo(Backbone.INCEPTION_V4);
    }
  }

  @Test
  void reportsAllProblemsTogether() {
    assertThatThrownBy(
            () ->
                Fixtures.config(
                    "batch.classes", "1",
                    "batch.imges-per-class", "4",
                    "model.backbone", "resnet1000",
                    "batch.max-wait", "soon",
                    "input.topic", "no spaces"))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.problems())
                    .containsExactlyInAnyOrder(
                        "Unknown key batch.imges-per-class (did you mean batch.images-per-class?)",
                        "Invalid batch.classes: 1 (must be at least 2, or no anchor has a negative)",
                        "Invalid model.backbone: resnet1000 (must be one of small-cnn, resnet18, resnet32, resnet34, resnet50, densenet121, densenet161, inception-v4, mobilenet-v2)",
                        "Invalid batch.max-wait: soon (must be a duration such as 5 s: at least 1 ms)",
                        "Invalid input.topic: no spaces (must be 1 to 249 letters, digits, '.', '_' or '-', other than '.' and '..', as Kafka requires)"));
  }

  @Test
  void checksSettingsAgainstEachOther() {
    assertThatThrownBy(() -> Fixtures.config("batch.classes", "4", "batch.fresh-classes", "5"))
        .hasMessageContaining("Invalid batch.fresh-classes: 5 (must be at most batch.classes = 4)");
    assertThatThrownBy(() -> Fixtures.config("window.fresh-per-class", "2"))
        .hasMessageContaining(
            "Invalid window.fresh-per-class: 2 (must be at least batch.images-per-class = 4)");
  }

  @Test
  void checksTheRegistryAndRepeatsNoPassword() {
    assertThat(Fixtures.config().output().wireFormat()).isEqualTo(WireFormat.SINGLE_OBJECT);
    assertThat(
            Fixtures.config(
                    "output.wire-format", "confluent", "registry.url", "https://registry:8081/v7")
                .output()
                .wireFormat())
        .isEqualTo(WireFormat.CONFLUENT);
    assertThatThrownBy(
            () -> Fixtures.config("output.wire-format", "confluent", "batch.classes", "1"))
        .hasMessageContaining("Invalid batch.classes: 1")
        .hasMessageContaining(
            "Missing registry.url (output.wire-format = confluent needs a schema registry, such as http://registry:8081)");
    assertThatThrownBy(() -> Fixtures.config("registry.basic-auth-file", "/run/secrets/registry"))
        .hasMessageContaining("Missing registry.url (registry.basic-auth-file is set");
    assertThatThrownBy(() -> Fixtures.config("output.wire-format", "json"))
        .hasMessageContaining(
            "Invalid output.wire-format: json (must be one of single-object, confluent)");
    for (String url : List.of("registry:8081", "kafka://registry", "http://", "http://a b/")) {
      assertThatThrownBy(() -> Fixtures.config("registry.url", url))
          .hasMessageContaining(
              "Invalid registry.url: %s (must be an http or https URL".formatted(url));
    }
    for (String url : new String[] {"http://x:1?token=s3cret", "http://x:1/a#s3cret"}) {
      assertThatThrownBy(() -> Fixtures.config("registry.url", url))
          .hasMessageContaining("Invalid registry.url: http://x:1")
          .hasMessageNotContaining("s3cret");
    }
    assertThatThrownBy(() -> Fixtures.config("registry.url", "http://anna:s3cr@t@registry:8081"))
        .hasMessageContaining("Invalid registry.url: http://...@registry:8081")
        .hasMessageContaining("registry.basic-auth-file")
        .hasMessageNotContaining("s3cr");
  }

  @Test
  void leavesTheEnginesKeysToTheEngine() {
    assertThat(
            Fixtures.config(
                "execution.checkpointing.interval", "3 s", "state.backend.type", "rocksdb"))
        .isNotNull();
  }

  @Test
  void argumentsWinOverTheFile(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("job.properties");
    Files.writeString(
        file, "batch.classes = 16\nbatch.images-per-class = 8\n", StandardCharsets.UTF_8);

    Configuration settings =
        JobSettings.read(file, List.of("--batch.classes", "12", "--model.seed=9"));

    assertThat(settings.toMap())
        .containsEntry("batch.classes", "12")
        .containsEntry("batch.images-per-class", "8")
        .containsEntry("model.seed", "9");
  }

  @Test
  void saysWhatIsWrongWithArguments() {
    assertThatThrownBy(() -> JobSettings.read(null, List.of("batch.classes", "--model.seed")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "Unexpected argument batch.classes (settings are written --key value)")
        .hasMessageContaining("Missing value of --model.seed");
  }

  @Test
  void printsEachOfItsPartsAndNoSecret() throws ReflectiveOperationException {
    JobConfig config =
        config(
            settings()
                .with(JobOptions.REGISTRY_URL, "http://registry:8081")
                .withKafka("sasl.jaas.config", "password=s3cret"));

    for (RecordComponent part : JobConfig.class.getRecordComponents()) {
      assertThat(config.toString())
          .contains(part.getName() + "=" + part.getAccessor().invoke(config));
    }
    assertThat(config.toString())
        .contains("http://registry:8081", "sasl.jaas.config")
        .doesNotContain("s3cret");
  }

  @Test
  void leavesOutWhatIsNotGiven() {
    assertThat(config(settings()).weightsLocation()).isEmpty();
    assertThat(config(settings().with(JobOptions.MODEL_WEIGHTS, "a.safetensors")).weightsLocation())
        .contains("a.safetensors");
    assertThat(config(settings()).versions().isOn()).isFalse();
    assertThat(config(settings()).registry().isOn()).isFalse();
  }

  @Test
  void theGroupIsThePrefixOfTransactionsUnlessAnotherIsGiven() {
    JobSettings settings = settings().with(JobOptions.INPUT_GROUP_ID, "birds");

    assertThat(config(settings).output().transactionalIdPrefix()).isEqualTo("birds");
    assertThat(
            config(settings.with(JobOptions.OUTPUT_TRANSACTIONAL_ID_PREFIX, "trees"))
                .output()
                .transactionalIdPrefix())
        .isEqualTo("trees");
  }

  @Test
  void jobsOnDifferentTopicsShareNeitherGroupNorPrefix() {
    JobConfig one = config(settings());

    assertThat(one.input().groupId()).matches("rankstream-images[.]v2-[0-9a-f]{8}");
    assertThat(one.output().transactionalIdPrefix()).isEqualTo(one.input().groupId());
    assertThat(config(settings()).input().groupId()).isEqualTo(one.input().groupId());
    for (Setting<String> topic :
        List.of(
            JobOptions.INPUT_TOPIC,
            JobOptions.OUTPUT_EMBEDDINGS_TOPIC,
            JobOptions.OUTPUT_METRICS_TOPIC,
            JobOptions.OUTPUT_MODEL_VERSIONS_TOPIC,
            JobOptions.OUTPUT_DEAD_LETTERS_TOPIC)) {
      JobConfig other = config(settings().with(topic, "others"));

      assertThat(other.input().groupId()).as(topic.key()).isNotEqualTo(one.input().groupId());
      assertThat(other.output().transactionalIdPrefix())
          .as(topic.key())
          .isNotEqualTo(one.output().transactionalIdPrefix());
    }
  }

  @Test
  void theEmbeddingsHaveAGuaranteeOfTheirOwnThatIsNeverStrongerThanThatOfAll() {
    JobSettings settings =
        settings().with(JobOptions.OUTPUT_EMBEDDINGS_DELIVERY, Delivery.AT_LEAST_ONCE);
    JobConfig.Output own = config(settings).output();
    JobConfig.Output all =
        config(settings().with(JobOptions.OUTPUT_DELIVERY, Delivery.AT_LEAST_ONCE)).output();

    assertThat(Sink.EMBEDDINGS.delivery(own)).isEqualTo(Delivery.AT_LEAST_ONCE);
    assertThat(Sink.DEAD_LETTERS.delivery(own)).isEqualTo(Delivery.EXACTLY_ONCE);
    assertThat(Sink.EMBEDDINGS.delivery(all)).isEqualTo(Delivery.AT_LEAST_ONCE);
    assertThat(Sink.EMBEDDINGS.delivery(config(settings()).output()))
        .isEqualTo(Delivery.EXACTLY_ONCE);
  }

  @Test
  void reportsASettingThatIsReadTwiceOnce() {
    assertThatThrownBy(() -> Fixtures.config("input.group-id", " "))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.problems())
                    .containsExactly(
                        "Invalid input.group-id:   (must be a name that is not blank, or empty for one made of the topics)"));
  }

  @Test
  void aClassEntersTrainingWithKImagesUnlessItIsSet() {
    assertThat(Fixtures.config("batch.images-per-class", "6").batch().minImages()).isEqualTo(6);
    assertThat(Fixtures.config("window.reservoir-per-class", "3").batch().minImages()).isEqualTo(3);
    assertThat(Fixtures.config("batch.min-images", "1").batch().minImages()).isEqualTo(1);
    assertThatThrownBy(() -> Fixtures.config("batch.min-images", "17"))
        .hasMessageContaining(
            "Invalid batch.min-images: 17 (must be at most window.fresh-per-class = 16)");
  }

  @Test
  void mapsNeedAnchorsAPlaceAndAnEmbeddingOfModestSize() {
    assertThatThrownBy(
            () ->
                Fixtures.config(
                    "drift.map", "true",
                    "drift.anchors", "0",
                    "model.embedding-dimension", "1025"))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.problems())
                    .containsExactlyInAnyOrder(
                        "Invalid drift.anchors: 0 (must be above 0 where drift.map = true)",
                        "Missing versions.directory (drift.map = true publishes maps there)",
                        "Invalid model.embedding-dimension: 1025 (must be at most 1024 where drift.map = true)"));
    assertThat(Fixtures.config("model.embedding-dimension", "1025").drift().isOn()).isTrue();
  }

  private static JobSettings settings() {
    return new JobSettings();
  }

  private static JobConfig config(JobSettings settings) {
    return JobConfig.from(settings.configuration());
  }
}
