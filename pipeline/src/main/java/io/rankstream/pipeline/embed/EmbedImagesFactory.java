package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.DeadLetter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperatorFactory;
import org.apache.flink.util.OutputTag;

/** Creates the embedders on the TaskManagers: only there their mailbox exists. */
public final class EmbedImagesFactory extends AbstractStreamOperatorFactory<EmbeddingChange>
    implements TwoInputStreamOperatorFactory<ImageInput, VersionPointer, EmbeddingChange> {

  private static final long serialVersionUID = 1L;

  private final JobConfig config;
  private final JobSubmission submission;
  private final String directory;
  private final OutputTag<DeadLetter> deadLetters;

  /**
   * @param config the job's configuration
   * @param submission the start of the job
   * @param directory where the trainer puts the weights
   * @param deadLetters side output for images that are not embedded
   */
  public EmbedImagesFactory(
      JobConfig config,
      JobSubmission submission,
      String directory,
      OutputTag<DeadLetter> deadLetters) {
    this.config = config;
    this.submission = submission;
    this.directory = directory;
    this.deadLetters = deadLetters;
  }

  @Override
  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // required by the interface's signature
  public <T extends StreamOperator<EmbeddingChange>> T createStreamOperator(
      StreamOperatorParameters<EmbeddingChange> parameters) {
    return (T) new EmbedImages(parameters, config, submission, directory, deadLetters);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return EmbedImages.class;
  }
}
