package io.rankstream.pipeline.event;

/** An input record that cannot be used, with the reason that its dead letter will give. */
public final class RejectedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final RejectionReason reason;

  /**
   * @param reason the reason code
   * @param detail what was wrong, for people
   */
  public RejectedException(RejectionReason reason, String detail) {
    // Bad input is data, not a fault of the program: nobody reads the stack trace, and filling it
    // is slow.
    super(detail, null, false, false);
    this.reason = reason;
  }

  /** The reason code. */
  public RejectionReason reason() {
    return reason;
  }
}
