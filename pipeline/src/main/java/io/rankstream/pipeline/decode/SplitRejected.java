package io.rankstream.pipeline.decode;

import io.rankstream.pipeline.event.DecodedBatch;
import io.rankstream.pipeline.metrics.DeadLetterCounters;
import io.rankstream.schemas.DeadLetter;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Sends the dead letters of a decoded batch to their side output: an asynchronous function has
 * none.
 */
public final class SplitRejected extends ProcessFunction<DecodedBatch, DecodedBatch> {

  private static final long serialVersionUID = 1L;

  private final OutputTag<DeadLetter> deadLetters;

  private transient DeadLetterCounters deadLetterCounters;

  /**
   * @param deadLetters side output of the images that could not be decoded
   */
  public SplitRejected(OutputTag<DeadLetter> deadLetters) {
    this.deadLetters = deadLetters;
  }

  @Override
  public void open(OpenContext context) {
    deadLetterCounters = new DeadLetterCounters(getRuntimeContext().getMetricGroup());
  }

  @Override
  public void processElement(DecodedBatch batch, Context context, Collector<DecodedBatch> out) {
    batch
        .rejected()
        .forEach(letter -> context.output(deadLetters, deadLetterCounters.count(letter)));
    if (!batch.images().isEmpty()) {
      out.collect(
          new DecodedBatch(
              batch.stream(),
              batch.number(),
              batch.purpose(),
              batch.images(),
              batch.pixels(),
              batch.augmented(),
              List.of()));
    }
  }
}
