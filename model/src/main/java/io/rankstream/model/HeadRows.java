package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.Slot;
import io.rankstream.model.network.TwoHeadNetwork;
import java.io.IOException;
import java.util.List;

/**
 * Copies the arrays of a model into those of a model whose softmax head has another number of rows.
 * Rows that only the other head has keep the values of a new model.
 */
final class HeadRows {

  private final TwoHeadNetwork from;
  private final TwoHeadNetwork to;

  /**
   * @param from architecture that differs from that of the network in nothing but the rows
   */
  HeadRows(Architecture from, TwoHeadNetwork to) {
    this.from = from.equals(to.architecture()) ? to : new TwoHeadNetwork(from);
    this.to = to;
  }

  /**
   * Buffers with the sizes of the other network, to be closed by the caller. Where the networks
   * differ, a buffer that a new model has not is left out.
   *
   * @param copies buffers of the network that they come from
   * @param fresh buffers of a new model of the other network; stay as they are
   * @throws IOException when a copy has another size than its network asks for
   */
  HostBuffers fitted(HostBuffers copies, HostBuffers fresh) throws IOException {
    if (from == to) {
      return copies.shared();
    }

    HostBuffers result = new HostBuffers();
    try {
      for (String name : copies.names()) {
        if (fresh.contains(name)) {
          NDArray target = fresh.get(name).duplicate();
          result.add(name, target);
          copy(name, copies, target);
        }
      }
      return result;
    } catch (IOException | RuntimeException e) {
      result.close();
      throw e;
    }
  }

  /** The same for the last good copy. */
  GoodWeights.Saved fitted(GoodWeights.Saved good, HostBuffers fresh) throws IOException {
    return new GoodWeights.Saved(
        good.step(), good.copy() == null ? null : fitted(good.copy(), fresh));
  }

  private void copy(String name, HostBuffers copies, NDArray target) throws IOException {
    int parameters = from.layout().parametersSize();
    int classes = to.architecture().maxClasses();
    if (ModelBuffers.HAVE_A_ROW_FOR_EACH_CLASS.contains(name)) {
      NDArray source = copies.get(name, target.size() / classes * from.architecture().maxClasses());
      overwrite(target, 0, source, 0, Math.min(source.size(), target.size()));
    } else if (target.size() == to.layout().parametersSize()) { // parameters, moments, average
      copySlots(copies.get(name, parameters), target);
    } else {
      overwrite(target, 0, copies.get(name, target.size()), 0, target.size());
    }
  }

  /** The rows of an array lie one after the other: the common ones are at its start. */
  private void copySlots(NDArray source, NDArray target) {
    List<Slot> sources = from.layout().parameters();
    List<Slot> targets = to.layout().parameters();
    for (int i = 0; i < sources.size(); i++) {
      Slot old = sources.get(i);
      Slot resized = targets.get(i);
      long values = Math.min(old.shape().size(), resized.shape().size());
      overwrite(target, resized.offset(), source, old.offset(), values);
    }
  }

  private static void overwrite(
      NDArray target, long targetFrom, NDArray source, long sourceFrom, long values) {
    try (NDManager scope = source.getManager().newSubManager()) {
      NDArray part = source.get(scope, new NDIndex("{}:{}", sourceFrom, sourceFrom + values));
      target.set(new NDIndex("{}:{}", targetFrom, targetFrom + values), part);
    }
  }
}
