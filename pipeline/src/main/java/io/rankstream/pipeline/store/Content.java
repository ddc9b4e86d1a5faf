package io.rankstream.pipeline.store;

/** What stands before a {@link Trailer}. The numbers are in files: never change one. */
enum Content {
  /** State of an operator. */
  STATE(1),
  /** Metadata of a checkpoint whose files of state end with trailers too. */
  METADATA_OF_CHECKED_FILES(2),
  /** Metadata of a checkpoint whose files of state have no trailers. */
  METADATA(3);

  private final int number;

  Content(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
