package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.event.RawRecord;
import java.util.List;

/**
 * Some records of the corpus.
 *
 * @param records the records, those of a partition in their order
 * @param after the ranges behind them; offsets without records are passed over
 */
public record CorpusBatch(List<RawRecord> records, List<CorpusRange> after) {}
