package io.rankstream.model.image;

/** The native image decoder does not load in this process. No later try can succeed. */
public final class NativeDecoderMissingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NativeDecoderMissingException(String message, Throwable cause) {
    super(message, cause);
  }
}
