package io.rankstream.pipeline.replica;

import java.util.List;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;

/**
 * All replicas have handed in: each takes over the average of the files, in this order.
 *
 * @param stream stream of the model
 * @param round number of the round
 * @param handIns of all replicas, in their order
 */
public record Average(String stream, long round, List<HandIn> handIns) implements OperatorEvent {

  public Average {
    handIns = List.copyOf(handIns);
  }

  /** Those whose weights count: without new replicas, unless all are new. */
  public List<HandIn> contributions() {
    List<HandIn> old = handIns.stream().filter(each -> !each.share().isNew()).toList();
    return old.isEmpty() ? handIns : old;
  }

  /** Steps of all replicas in the average: every batch of the stream counts once. */
  public long steps() {
    return contributions().stream().mapToLong(each -> each.share().base()).max().orElseThrow()
        + handIns.stream().mapToLong(each -> each.share().batches()).sum();
  }

  /** Replicas of the next round. */
  public int next() {
    return handIns.stream()
        .map(HandIn::share)
        .filter(share -> share.next() != share.replicas())
        .findAny()
        .orElse(handIns.get(0).share())
        .next();
  }
}
