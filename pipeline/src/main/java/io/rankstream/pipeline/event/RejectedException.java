package io.rankstream.pipeline.event;

/** An input record that cannot be used, with the reason for its dead letter. */
public final class RejectedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final RejectionReason reason;

  /**
   * @param reason the reason code
   * @param detail description of the problem for people
   */
  public RejectedException(RejectionReason reason, String detail) {
    // Bad input is data, not a fault of the program: a stack trace would be slow and of no use.
    super(detail, null, false, false);
    this.reason = reason;
  }

  /** The reason code. */
  public RejectionReason reason() {
    return reason;
  }
}
