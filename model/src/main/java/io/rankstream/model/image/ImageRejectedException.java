package io.rankstream.model.image;

/** An image is not used; with the reason. */
public final class ImageRejectedException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Why an image is not used. */
  public enum Reason {
    /** It has no bytes. */
    EMPTY,
    /** It has more encoded bytes than the limit. */
    TOO_MANY_BYTES,
    /** Its format, or this variant of it, is not read. */
    UNSUPPORTED_FORMAT,
    /** Its header claims more pixels than the limits. */
    TOO_LARGE,
    /** It is damaged or ends too early. */
    CORRUPT
  }

  private final Reason reason;

  ImageRejectedException(Reason reason, String message) {
    super(message, null, false, false); // bad input is data: a stack trace would be of no use
    this.reason = reason;
  }

  /** Why the image is not used. */
  public Reason reason() {
    return reason;
  }
}
