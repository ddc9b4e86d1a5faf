package io.rankstream.pipeline.config;

import io.rankstream.model.image.Normalization;

/** How pixels become numbers. */
public enum PixelScale {
  /** As the backbone was trained. */
  AUTO,
  /** {@link Normalization#HALF_RANGE}. */
  HALF_RANGE,
  /** {@link Normalization#IMAGENET}. */
  IMAGENET
}
