package io.rankstream.pipeline.store;

import java.io.IOException;

/** A file that is not as it was written. Reading it again gives the same. */
final class DamagedFileException extends IOException {

  private static final long serialVersionUID = 1L;

  DamagedFileException(String message) {
    super(message);
  }
}
