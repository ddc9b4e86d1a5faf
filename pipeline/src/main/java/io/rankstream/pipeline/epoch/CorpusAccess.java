package io.rankstream.pipeline.epoch;

import java.io.IOException;
import java.util.List;

/**
 * Opens the corpus when it is read, and anew after an error. Used by the thread of the epochs, and
 * by that of the task when the former has ended.
 */
final class CorpusAccess implements AutoCloseable {

  private final Corpus corpus;
  private CorpusReader reader; // null while nothing is read

  CorpusAccess(Corpus corpus) {
    this.corpus = corpus;
  }

  synchronized List<CorpusRange> ranges() throws IOException, InterruptedException {
    try {
      return reader().ranges();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  synchronized boolean isTaken(List<CorpusRange> ranges) throws IOException, InterruptedException {
    try {
      return reader().isTaken(ranges);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  synchronized CorpusBatch read(List<CorpusRange> ranges) throws IOException, InterruptedException {
    try {
      return reader().read(ranges);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }

  private CorpusReader reader() {
    if (reader == null) {
      reader = corpus.open();
    }
    return reader;
  }
}
