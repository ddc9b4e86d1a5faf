package io.rankstream.pipeline.config;

/** How the embedders follow the training. */
public enum Follow {
  /** They adopt new versions again and again: an index has embeddings of many versions. */
  LIVE,
  /** They stay on one version until an epoch opens, and then embed the whole topic again. */
  EPOCHS
}
