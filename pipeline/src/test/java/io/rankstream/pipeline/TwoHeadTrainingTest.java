package io.rankstream.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.config.ConfigurationException;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.event.OperatorNames;
import io.rankstream.pipeline.receive.ImageMapping;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

class TwoHeadTrainingTest {

  private static final ImageMapping<String> MAPPING =
      ImageMapping.<String>ofEncoded(id -> id, id -> new byte[0]);

  @Test
  void everySettingThatItWouldNotReadIsRefusedAtOnce() {
    JobSettings settings =
        new JobSettings()
            .with(JobOptions.BATCH_CLASSES, 1)
            .with(
                Map.of(
                    "input.topic", "images",
                    "output.delivery", "at-least-once",
                    "embeddings.follow", "epochs",
                    "kafka.bootstrap.servers", "kafka:9092",
                    "parallelism.default", "2",
                    "batch.clases", "4"));

    assertThatThrownBy(() -> TwoHeadTraining.of(settings))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Invalid batch.classes: 1")
        .hasMessageContaining("Unusable key input.topic (only the job on Kafka reads it")
        .hasMessageContaining("Unusable key output.delivery")
        .hasMessageContaining("Unusable key embeddings.follow")
        .hasMessageContaining("Unusable key kafka.bootstrap.servers")
        .hasMessageContaining("Unusable key parallelism.default (it is Flink's: set it in")
        .hasMessageContaining("Unknown key batch.clases (did you mean batch.classes?)");
  }

  @Test
  void anEnvironmentWithoutCheckpointsIsRefused() {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    TwoHeadTraining training = TwoHeadTraining.of(new JobSettings());

    assertThatThrownBy(() -> training.train(env.fromData("a"), MAPPING))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Missing execution.checkpointing.interval")
        .hasMessageContaining("Missing execution.checkpointing.dir");
  }

  @Test
  void itsOperatorsHaveTheUidsOfTheJob() {
    Configuration engine = new Configuration();
    engine.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
    engine.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, "file:///tmp/checkpoints");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(engine);
    TrainingResults results =
        TwoHeadTraining.of(new JobSettings()).train(env.fromData("a"), MAPPING);
    results.embeddings().print();
    results.steps().print();
    results.versions().print();
    results.rejected().print();

    assertThat(env.getStreamGraph().getStreamNodes())
        .extracting(StreamNode::getTransformationUID)
        .contains(
            OperatorNames.RECEIVE_IMAGES,
            OperatorNames.PK_WINDOW,
            OperatorNames.TWO_HEAD_TRAINER,
            OperatorNames.EMBED_IMAGES,
            OperatorNames.MEASURE_DRIFT);
    assertThat(env.getMaxParallelism()).isEqualTo(128);
  }
}
