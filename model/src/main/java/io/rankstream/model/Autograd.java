package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/**
 * Records a graph on this thread until closed. DJL's own gradient collector exists once per process
 * and walks every array of the engine; PyTorch's grad mode belongs to the thread, so trainers on
 * several threads do not meet.
 */
final class Autograd implements AutoCloseable {

  private final boolean before;

  private Autograd() {
    before = JniUtils.isGradMode();
    JniUtils.setGradMode(true);
  }

  static Autograd record() {
    return new Autograd();
  }

  /**
   * A leaf that shares the memory of a buffer and collects the gradient of what is computed from
   * it.
   *
   * @param manager owner of the leaf
   */
  NDArray leaf(NDArray buffer, NDManager manager) {
    NDArray leaf = buffer.stopGradient();
    leaf.attach(manager);
    leaf.setRequiresGradient(true);
    return leaf;
  }

  /**
   * The gradient of a scalar with respect to a leaf.
   *
   * @return shape of the leaf, attached to the manager of the loss
   */
  NDArray gradient(NDArray loss, NDArray leaf) {
    try (NDArray one = loss.onesLike()) {
      JniUtils.backward((PtNDArray) loss, (PtNDArray) one, false, false);
    }
    NDArray gradient = leaf.getGradient();
    gradient.attach(loss.getManager());
    return gradient;
  }

  @Override
  public void close() {
    JniUtils.setGradMode(before);
  }
}
