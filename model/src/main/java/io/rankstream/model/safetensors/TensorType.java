package io.rankstream.model.safetensors;

import java.nio.ByteBuffer;

/**
 * Element types of safetensors files, little-endian.
 *
 * @see <a
 *     href="https://github.com/huggingface/safetensors/blob/main/safetensors/src/tensor.rs">Dtype
 *     in the format's reference implementation</a>
 */
enum TensorType {
  F64(8) {
    @Override
    float floatAt(ByteBuffer bytes, int index) {
      return (float) bytes.getDouble(index * 8);
    }
  },
  F32(4) {
    @Override
    float floatAt(ByteBuffer bytes, int index) {
      return bytes.getFloat(index * 4);
    }
  },
  F16(2) {
    @Override
    float floatAt(ByteBuffer bytes, int index) {
      return fromHalf(bytes.getShort(index * 2));
    }
  },
  BF16(2) {
    @Override
    float floatAt(ByteBuffer bytes, int index) {
      return Float.intBitsToFloat(bytes.getShort(index * 2) << 16);
    }
  },
  I64(8),
  I32(4),
  I16(2),
  I8(1),
  U64(8),
  U32(4),
  U16(2),
  U8(1),
  BOOL(1),
  /** Any other: the format gets new types, and files have tensors that no model needs. */
  OTHER(0);

  private static final int HALF_FRACTION_BITS = 10;
  private static final double LEAST_HALF = 0x1p-24;

  private final int bytes;

  TensorType(int bytes) {
    this.bytes = bytes;
  }

  /** The type of a name in a header. */
  static TensorType of(String name) {
    for (TensorType type : values()) {
      if (type != OTHER && type.name().equals(name)) {
        return type;
      }
    }

    return OTHER;
  }

  /**
   * Whether a number of elements takes a number of bytes. Elements of other types have less than a
   * byte or many: any length will do.
   *
   * @throws ArithmeticException when the product is beyond the range of long
   */
  boolean fits(long elements, long length) {
    return this == OTHER ? length >= 0 : Math.multiplyExact(elements, (long) bytes) == length;
  }

  /** Whether the elements are floating-point numbers. */
  boolean isFloating() {
    return this == F64 || this == F32 || this == F16 || this == BF16;
  }

  /**
   * An element as float32.
   *
   * @param bytes little-endian buffer that starts with element 0
   */
  float floatAt(ByteBuffer bytes, int index) {
    throw new IllegalStateException("Not a floating-point tensor: " + this);
  }

  /** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
  private static float fromHalf(short half) {
    int exponent = half >> HALF_FRACTION_BITS & 0x1F;
    int fraction = half & 0x3FF;
    float magnitude;
    if (exponent == 0) {
      magnitude = (float) (fraction * LEAST_HALF);
    } else if (exponent == 0x1F) {
      magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else {
      magnitude = Math.scalb(1 + fraction / 1024f, exponent - 15);
    }
    return half < 0 ? -magnitude : magnitude;
  }
}
