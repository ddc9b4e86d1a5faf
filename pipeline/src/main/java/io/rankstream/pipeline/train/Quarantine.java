package io.rankstream.pipeline.train;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a stream is in quarantine: its model failed and trains no more, but embeds its images
 * with its last good weights. Part of the state, so it lasts until it is lifted.
 */
final class Quarantine {

  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  private final String stream;
  private String reason = ""; // empty outside of a quarantine
  private long step;

  Quarantine(String stream) {
    this.stream = stream;
  }

  boolean isOn() {
    return !reason.isEmpty();
  }

  /** Why the model failed; empty outside of a quarantine. */
  String reason() {
    return reason;
  }

  /** Step at which the model failed. */
  long step() {
    return step;
  }

  /**
   * Begins the quarantine and tells the operator of the job.
   *
   * @param failedStep steps of the model when it failed
   * @param why why it failed and what to change
   */
  void begin(long failedStep, String why) {
    step = failedStep;
    reason = why;
    LOG.error("{}", report());
  }

  /**
   * Lifts the quarantine if it is named. The name has the step of the failure: a restart after a
   * later failure does not lift that one too.
   *
   * @param names as {@code stream@step}
   * @return whether it was lifted
   */
  boolean lift(Set<String> names) {
    if (!isOn()) {
      return false;
    }
    if (!names.contains(name())) {
      LOG.warn("{}", report());
      return false;
    }

    LOG.info("The stream {} trains again (guard.resume = {})", stream, name());
    reason = "";
    return true;
  }

  /** What happened and what to do. */
  String report() {
    return "The model of stream %s failed at step %s, so the stream is in quarantine: its images are embedded with its last good weights, and it does not train. %s To let it train again, remove the cause and restart the job from its last checkpoint with guard.resume = %s"
        .formatted(stream, step, reason, name());
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeUTF(reason);
    out.writeLong(step);
  }

  void readFrom(DataInput in) throws IOException {
    reason = in.readUTF();
    step = in.readLong();
  }

  private String name() {
    return stream + "@" + step;
  }
}
