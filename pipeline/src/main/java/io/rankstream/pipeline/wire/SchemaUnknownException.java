package io.rankstream.pipeline.wire;

/** A record whose schema is unknown or cannot be read here. */
final class SchemaUnknownException extends Exception {

  private static final long serialVersionUID = 1L;

  SchemaUnknownException(String message) {
    // Thrown for each bad record: a stack trace would be slow, and nobody would read it.
    super(message, null, false, false);
  }
}
