package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.OperatorNames;
import io.rankstream.schemas.DeadLetter;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.util.OutputTag;

/**
 * The window that assembles batches. Each sampler has its own operator name, and so its own state:
 * a job with one sampler refuses a savepoint of the other instead of losing the waiting images.
 *
 * @param name name and uid of the operator
 * @param operator creates the operator
 */
public record BatchWindow(
    String name, OneInputStreamOperatorFactory<ImageInput, MicroBatch> operator) {

  /**
   * The window of the configured sampler.
   *
   * @param embedAgain side output of kept images to embed again
   * @param deadLetters side output of images that are not taken
   */
  public static BatchWindow of(
      JobConfig config, OutputTag<ImageInput> embedAgain, OutputTag<DeadLetter> deadLetters) {
    return switch (config.batch().sampler()) {
      case PK ->
          new BatchWindow(
              OperatorNames.PK_WINDOW,
              new BatchWindowFactory(
                  new PkWindow(PkSettings.of(config), config.replicas(), embedAgain, deadLetters)));
      case NATURAL ->
          new BatchWindow(
              OperatorNames.NATURAL_WINDOW,
              new BatchWindowFactory(
                  new NaturalWindow(
                      config.batch(),
                      config.window().repeats(),
                      config.model().architecture().maxClasses(),
                      deadLetters)));
    };
  }
}
