package io.rankstream.pipeline.train;

import java.io.IOException;

/** State that is not as it was written, or that another release wrote. No retry can heal it. */
public final class DamagedStateException extends IOException {

  private static final long serialVersionUID = 1L;

  DamagedStateException(String message) {
    super(message);
  }

  DamagedStateException(String message, Throwable cause) {
    super(message, cause);
  }
}
