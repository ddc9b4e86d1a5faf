package io.rankstream.lab.cluster;

/** How a schema registry answers. */
public enum RegistryState {
  /** As it should. */
  WELL,
  /** With status 503 to everything. */
  DOWN,
  /** Not at all: it takes requests and keeps their connections open. */
  SILENT,
  /** With status 200, and a page that is no answer of a registry. */
  GARBAGE
}
