package io.rankstream.pipeline.epoch;

import java.io.Serializable;

/** The input of the job as a whole, which can be read again while the job reads on. */
public interface Corpus extends Serializable {

  /** Name of the topic. */
  String topic();

  /** Opens the corpus. Where it is stored may be away by then: reading says so. */
  CorpusReader open();
}
