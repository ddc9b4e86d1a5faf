package io.rankstream.pipeline.drift;

import io.rankstream.pipeline.event.VersionPointer;

/**
 * The versions that the next one of a stream is compared with.
 *
 * @param base the version that drift counts from; null before the first measurement
 * @param previous the version that was measured last; null before the first measurement
 */
public record MeasuredVersions(MeasuredVersion base, MeasuredVersion previous) {

  static final MeasuredVersions NONE = new MeasuredVersions(null, null);

  /** Whether a version that the embedders are told of is to be measured. */
  boolean isDue(VersionPointer told, long everySteps) {
    return previous == null
        || !previous.lineage().equals(told.lineage())
        || Math.abs(told.version() - previous.version()) >= everySteps;
  }

  /** The versions after a measurement. */
  MeasuredVersions then(MeasuredVersion measured, boolean newBase) {
    return new MeasuredVersions(newBase ? measured : base, measured);
  }
}
