package io.rankstream.pipeline.epoch;

import java.io.IOException;
import java.util.List;

/** Reads the corpus. Used by one thread at a time; an interrupt ends what it waits for. */
public interface CorpusReader extends AutoCloseable {

  /**
   * What the corpus has now: everything that the job has read by now, or more.
   *
   * @throws IOException when it cannot be told now
   */
  List<CorpusRange> ranges() throws IOException, InterruptedException;

  /**
   * Whether the job has taken all records of ranges, and a checkpoint with them is complete.
   *
   * @param ranges what the corpus had when it was asked
   * @throws IOException when it cannot be told now
   */
  boolean isTaken(List<CorpusRange> ranges) throws IOException, InterruptedException;

  /**
   * Reads some records, those of a partition in their order.
   *
   * @param ranges what is to be read yet; at least one is not done
   * @return records, none if there are none for some time
   * @throws IOException when they cannot be read now
   */
  CorpusBatch read(List<CorpusRange> ranges) throws IOException, InterruptedException;

  @Override
  void close();
}
