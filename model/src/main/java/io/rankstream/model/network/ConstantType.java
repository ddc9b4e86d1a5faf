package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/** The type of constants that a layer computes with. */
final class ConstantType {

  private ConstantType() {}

  /**
   * The type of an array; float32 for bfloat16, which DJL has no name for: to ask PyTorch for an
   * array of it would end the process. What comes out of both is float32, and the next convolution
   * casts it.
   */
  static DataType beside(NDArray array) {
    DataType type = array.getDataType();
    return type == DataType.UNKNOWN ? DataType.FLOAT32 : type;
  }
}
