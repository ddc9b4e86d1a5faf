package io.rankstream.pipeline.config;

/** The sinks of the job. Their names in kebab case are part of the transactional ids. */
public enum Sink {
  EMBEDDINGS,
  METRICS,
  MODEL_VERSIONS,
  DEAD_LETTERS
}
