package io.rankstream.lab.experiment;

import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.LongTail;
import java.util.ArrayList;
import java.util.List;

/**
 * The images of a stream: the long tail repeatedly, each time in another order. Where classes stop
 * coming, the second half is without them; otherwise the stream of fewer images is the beginning of
 * that of more.
 */
final class ExperimentStream {

  private ExperimentStream() {}

  /**
   * The images of the training set in the order of the stream, an element for each pass over it.
   *
   * @param seed seed of the order
   * @param count images of the stream
   */
  static List<List<Integer>> passes(ExperimentPlan plan, long seed, int count) {
    ImageDataset images = plan.training();
    int afterStop = plan.stopped().isEmpty() ? 0 : count / 2;
    List<List<Integer>> passes = new ArrayList<>();
    int left = count;
    while (left > 0) {
      List<Integer> order = LongTail.order(images, plan.skew(), seed * 1_000 + passes.size());
      boolean stopped = left <= afterStop;
      if (stopped) {
        order =
            order.stream()
                .filter(i -> !plan.stopped().contains(images.classes().get(images.classOf(i))))
                .toList();
      }
      int due = stopped ? left : left - afterStop;
      List<Integer> pass = order.subList(0, Math.min(due, order.size()));
      passes.add(pass);
      left -= pass.size();
    }

    return passes;
  }
}
