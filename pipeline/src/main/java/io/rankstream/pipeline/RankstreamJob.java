package io.rankstream.pipeline;

import static io.rankstream.pipeline.event.OperatorNames.READ_IMAGES;
import static io.rankstream.pipeline.event.OperatorNames.WRITE_DEAD_LETTERS;
import static io.rankstream.pipeline.event.OperatorNames.WRITE_EMBEDDINGS;
import static io.rankstream.pipeline.event.OperatorNames.WRITE_METRICS;
import static io.rankstream.pipeline.event.OperatorNames.WRITE_MODEL_VERSIONS;

import io.rankstream.pipeline.config.EngineDefaults;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.RawRecord;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job: records of {@code LabeledImage} in, records of all results out, on Kafka or on other
 * ends. What happens between them is {@link TwoHeadTraining}.
 *
 * <pre>
 *   images ─▶ two-head training ─┬─▶ embeddings
 *                                ├─▶ metrics
 *                                ├─▶ model versions
 *                                └─▶ dead letters
 * </pre>
 */
public final class RankstreamJob {

  private RankstreamJob() {}

  /**
   * The job on Kafka, ready to run in a cluster inside this process.
   *
   * @param settings settings of the job and of the engine
   * @throws io.rankstream.pipeline.config.ConfigurationException when a setting is invalid
   */
  public static StreamExecutionEnvironment local(Configuration settings) {
    JobConfig config = JobConfig.from(settings);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(EngineDefaults.forLocal(settings));
    build(env, config, KafkaEndpoints.from(config));
    return env;
  }

  /**
   * Adds the job to an environment.
   *
   * @param env environment that the graph is added to
   * @param config configuration of the stages
   * @param ends sources and sinks
   */
  public static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints ends) {
    DataStream<RawRecord> records =
        env.fromSource(ends.images(), WatermarkStrategy.noWatermarks(), READ_IMAGES)
            .uid(READ_IMAGES);
    TrainingResults results = new TwoHeadTraining(config).trainOnRecords(records, ends.epochs());

    results
        .embeddings()
        .sinkTo(ends.embeddings())
        .name(WRITE_EMBEDDINGS)
        .uid(WRITE_EMBEDDINGS)
        // As many as there are embedders, so that each is chained to its sink.
        .setParallelism(results.embeddings().getParallelism());
    write(results.steps(), ends.metrics(), WRITE_METRICS);
    write(results.versions(), ends.modelVersions(), WRITE_MODEL_VERSIONS);
    write(results.rejected(), ends.deadLetters(), WRITE_DEAD_LETTERS);
  }

  private static <T> void write(DataStream<T> results, Sink<T> sink, String name) {
    results.sinkTo(sink).name(name).uid(name);
  }
}
