package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.rankstream.model.image.InputSpec;
import java.nio.ByteBuffer;

/** Turns pixels into network input. They go to the device as bytes and are normalised there. */
public final class PixelTensors {

  private static final float[] IMAGENET_MEAN = {0.485f, 0.456f, 0.406f};
  private static final float[] IMAGENET_DEVIATION = {0.229f, 0.224f, 0.225f};
  private static final float MAX_PIXEL = 255f;

  private final InputSpec input;

  public PixelTensors(InputSpec input) {
    this.input = input;
  }

  /**
   * Normalised images.
   *
   * @return float32, {@code [N, C, H, W]}, attached to {@code manager}
   * @throws IllegalArgumentException when the images do not have the shape that the network takes
   */
  public NDArray of(PixelBatch images, NDManager manager) {
    if (images.channels() != input.channels()
        || images.height() != input.height()
        || images.width() != input.width()) {
      throw new IllegalArgumentException(
          "Invalid images: %d x %d x %d (the network takes %d x %d x %d)"
              .formatted(
                  images.channels(),
                  images.height(),
                  images.width(),
                  input.channels(),
                  input.height(),
                  input.width()));
    }

    Shape shape = new Shape(images.count(), images.channels(), images.height(), images.width());
    try (NDArray bytes = manager.create(ByteBuffer.wrap(images.pixels()), shape, DataType.UINT8)) {
      NDArray x = inFastLayout(bytes).toType(DataType.FLOAT32, true);
      return switch (input.normalization()) {
        case HALF_RANGE -> x.divi(MAX_PIXEL / 2).subi(1);
        case IMAGENET -> imagenet(x.divi(MAX_PIXEL), manager);
      };
    }
  }

  /**
   * On a CPU, the same images with the channels of a pixel side by side in memory. The maps of the
   * network inherit this layout; convolution, BatchNorm and pooling are faster in it.
   */
  private static NDArray inFastLayout(NDArray images) {
    if (images.getDevice().isGpu()) {
      return images;
    }

    Shape shape = images.getShape();
    return images
        .transpose(0, 2, 3, 1)
        .flatten() // copies
        .reshape(shape.get(0), shape.get(2), shape.get(3), shape.get(1))
        .transpose(0, 3, 1, 2);
  }

  private NDArray imagenet(NDArray x, NDManager manager) {
    Shape channels = new Shape(1, input.channels(), 1, 1);
    float[] mean = forChannels(IMAGENET_MEAN);
    float[] deviation = forChannels(IMAGENET_DEVIATION);
    try (NDArray means = manager.create(mean, channels);
        NDArray deviations = manager.create(deviation, channels)) {
      return x.subi(means).divi(deviations);
    }
  }

  /** For grey images, the average over the three channels. */
  private float[] forChannels(float[] rgb) {
    return input.channels() == rgb.length
        ? rgb
        : new float[] {(rgb[0] + rgb[1] + rgb[2]) / rgb.length};
  }
}
