package io.rankstream.pipeline.epoch;

import java.util.List;

/**
 * What a checkpoint keeps of a {@link Sweep}.
 *
 * @param phase how far it is
 * @param ranges what is read and what is not; empty unless it reads
 */
public record SweepSnapshot(SweepPhase phase, List<CorpusRange> ranges) {

  /** No epoch is open. */
  static SweepSnapshot idle() {
    return new SweepSnapshot(SweepPhase.IDLE, List.of());
  }
}
