package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/**
 * Records a graph on this thread until closed. DJL's own gradient collector exists once in a
 * process and walks all arrays of the engine. PyTorch's grad mode belongs to the thread, so that
 * trainers on several threads are independent.
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
   * Leaves that share the memory of buffers. They collect the gradient of everything computed from
   * them.
   *
   * @param manager owner of the leaves
   */
  NDList leaves(NDList buffers, NDManager manager) {
    NDList leaves = new NDList(buffers.size());
    for (NDArray buffer : buffers) {
      NDArray leaf = buffer.stopGradient();
      leaf.attach(manager);
      leaf.setRequiresGradient(true);
      leaves.add(leaf);
    }

    return leaves;
  }

  /**
   * The gradient of a scalar with respect to leaves.
   *
   * @return one vector for each leaf, of its shape, attached to the manager of the loss; zeros
   *     where the loss does not depend on the leaf
   */
  NDList gradients(NDArray loss, NDList leaves) {
    try (NDArray one = loss.onesLike()) {
      ExitGate.ofProcess()
          .inside(() -> JniUtils.backward((PtNDArray) loss, (PtNDArray) one, false, false));
    }
    NDList gradients = new NDList(leaves.size());
    for (NDArray leaf : leaves) {
      NDArray gradient = leaf.getGradient();
      gradient.attach(loss.getManager());
      gradients.add(gradient);
    }

    return gradients;
  }

  @Override
  public void close() {
    JniUtils.setGradMode(before);
  }
}
