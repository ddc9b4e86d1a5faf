package io.rankstream.model;

import java.io.IOException;

/**
 * A snapshot that was read well and does not fit: it is of another model than the configuration, or
 * of another form. Reading it again gives the same result.
 */
public final class SnapshotRefusedException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what does not fit and what to do next
   */
  SnapshotRefusedException(String message) {
    super(message);
  }
}
