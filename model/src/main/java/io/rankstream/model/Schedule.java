package io.rankstream.model;

/** How the learning rate develops over the steps. */
public enum Schedule {
  /** It stays. */
  CONSTANT,
  /** It falls linearly to zero at the last step and stays there. */
  LINEAR
}
