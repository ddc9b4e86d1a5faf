package io.rankstream.pipeline.config;

import io.rankstream.model.image.Normalization;

/** The scaling of pixels to numbers. */
public enum PixelScale {
  /** The scaling that the backbone was trained with. */
  AUTO,
  /** {@link Normalization#HALF_RANGE}. */
  HALF_RANGE,
  /** {@link Normalization#IMAGENET}. */
  IMAGENET
}
