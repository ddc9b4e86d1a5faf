package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.EpochCount;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.DeadLetter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperatorFactory;
import org.apache.flink.util.OutputTag;

/** Creates the embedders of a job that embeds in epochs. */
public final class EmbedEpochsFactory extends AbstractStreamOperatorFactory<EmbeddingChange>
    implements TwoInputStreamOperatorFactory<ImageInput, EpochEvent, EmbeddingChange> {

  private static final long serialVersionUID = 1L;

  private final JobConfig config;
  private final JobSubmission submission;
  private final String directory;
  private final OutputTag<DeadLetter> deadLetters;
  private final OutputTag<EpochCount> counts;

  /**
   * @param config the job's configuration
   * @param submission the start of the job
   * @param directory directory of the weights
   * @param deadLetters side output for images that are not embedded
   * @param counts side output for what became of the images that are embedded again
   */
  public EmbedEpochsFactory(
      JobConfig config,
      JobSubmission submission,
      String directory,
      OutputTag<DeadLetter> deadLetters,
      OutputTag<EpochCount> counts) {
    this.config = config;
    this.submission = submission;
    this.directory = directory;
    this.deadLetters = deadLetters;
    this.counts = counts;
  }

  @Override
  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // required by the interface's signature
  public <T extends StreamOperator<EmbeddingChange>> T createStreamOperator(
      StreamOperatorParameters<EmbeddingChange> parameters) {
    return (T) new EmbedEpochs(parameters, config, submission, directory, deadLetters, counts);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return EmbedEpochs.class;
  }
}
