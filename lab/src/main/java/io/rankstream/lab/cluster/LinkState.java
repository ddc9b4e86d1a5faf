package io.rankstream.lab.cluster;

/** What a link does with the bytes that it is to pass. */
public enum LinkState {
  /** It passes them. */
  WELL,
  /** It closes all connections, and each new one at once. */
  CUT,
  /** It keeps connections open and passes nothing, as a network that loses all packets. */
  SILENT,
  /** It passes at most 160 kB a second each way, a tenth of a second late. */
  SLOW
}
