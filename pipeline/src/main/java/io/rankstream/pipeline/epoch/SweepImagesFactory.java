package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.SweptRecord;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobSubmission;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperatorFactory;
import org.apache.flink.util.OutputTag;

/**
 * Creates the operator that opens epochs and reads the corpus for them. Its inputs are the versions
 * that the trainer hands over, and the records of the control topic. It must have one subtask.
 */
public final class SweepImagesFactory extends AbstractStreamOperatorFactory<SweptRecord>
    implements TwoInputStreamOperatorFactory<VersionPointer, RawRecord, SweptRecord> {

  private static final long serialVersionUID = 1L;

  private final JobConfig config;
  private final JobSubmission submission;
  private final String directory;
  private final Corpus corpus;
  private final OutputTag<EpochEvent> events;

  /**
   * @param config the job's configuration
   * @param submission the start of the job
   * @param directory directory of the embedders' weights
   * @param corpus what is read again
   * @param events side output of what happens to epochs
   */
  public SweepImagesFactory(
      JobConfig config,
      JobSubmission submission,
      String directory,
      Corpus corpus,
      OutputTag<EpochEvent> events) {
    this.config = config;
    this.submission = submission;
    this.directory = directory;
    this.corpus = corpus;
    this.events = events;
  }

  @Override
  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // required by the interface's signature
  public <T extends StreamOperator<SweptRecord>> T createStreamOperator(
      StreamOperatorParameters<SweptRecord> parameters) {
    return (T) new SweepImages(parameters, config, submission, directory, corpus, events);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return SweepImages.class;
  }
}
