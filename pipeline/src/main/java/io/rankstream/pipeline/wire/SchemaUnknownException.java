package io.rankstream.pipeline.wire;

/** A schema id that the registry does not know, or whose schema is of no use here. */
public final class SchemaUnknownException extends Exception {

  private static final long serialVersionUID = 1L;

  SchemaUnknownException(String message) {
    // One for each bad record: nobody reads the stack trace, and filling it is slow.
    super(message, null, false, false);
  }
}
