package io.rankstream.pipeline.tools.watch;

import java.time.Duration;

/**
 * What a job is doing, in words, as far as its topics tell.
 *
 * @param state the state, for programs and colours
 * @param words a sentence for the operator: what is, and what to do
 */
record Health(State state, String words) {

  /** States, the one that needs a person most first. */
  enum State {
    NO_KAFKA,
    QUARANTINED,
    STALLED,
    STARTING,
    ARRIVING,
    IDLE,
    TRAINING
  }

  /**
   * What is known.
   *
   * @param kafkaAnswers whether Kafka answered when it was asked last
   * @param lastStep the last step of the stream, or null before the first
   * @param waiting records of the input without a result, or null when that is not known
   * @param arriving whether records of the job arrived in the last seconds
   */
  record Facts(boolean kafkaAnswers, LastStep lastStep, Long waiting, boolean arriving) {}

  /**
   * The last step of a stream.
   *
   * @param step its number
   * @param outcome its outcome, as in the metrics topic
   * @param fault why it was not taken, or null
   * @param silence milliseconds since it was taken
   * @param unusualSilence milliseconds from which on a silence is not usual
   */
  record LastStep(long step, String outcome, String fault, long silence, long unusualSilence) {}

  /** The health by what is known. */
  static Health of(Facts facts) {
    LastStep last = facts.lastStep();
    if (!facts.kafkaAnswers()) {
      return new Health(
          State.NO_KAFKA,
          "Kafka does not answer. These are the last figures; the page goes on when Kafka is"
              + " back.");
    }
    if (last == null) {
      return new Health(
          State.STARTING,
          "Waiting for the first training step to be committed. None comes before the first "
              + "checkpoint, and none without labelled images.");
    }
    if (last.outcome().equals("quarantined")) {
      return new Health(
          State.QUARANTINED,
          "In quarantine since step %s (%s): images are embedded, the model does not train. The log of the job says what to change."
              .formatted(last.step(), last.fault()));
    }
    if (last.silence() < last.unusualSilence()) {
      return new Health(State.TRAINING, "Training.");
    }

    String since = "No training step for " + spoken(last.silence());
    if (facts.arriving()) {
      return new Health(
          State.ARRIVING,
          since
              + ", but records arrive: the page is still reading older ones, or the images have no"
              + " labels.");
    }
    if (facts.waiting() == null) {
      return new Health(
          State.IDLE,
          since + ": the input is at its end, or the job has stopped. Look at its log.");
    }
    return facts.waiting() == 0
        ? new Health(
            State.IDLE,
            since
                + ": idle or finished. Every record of the input has a result; new ones start it"
                + " again.")
        : new Health(
            State.STALLED,
            "%s, and %s of the input %s no result yet: the job is restarting, or has stopped. Look at its log. (Deletions never have a result here.)"
                .formatted(
                    since,
                    facts.waiting() == 1 ? "1 record" : facts.waiting() + " records",
                    facts.waiting() == 1 ? "has" : "have"));
  }

  /** A time in the largest unit that fits. */
  private static String spoken(long millis) {
    Duration time = Duration.ofMillis(millis);
    if (time.toDays() > 1) {
      return time.toDays() + " days";
    }
    if (time.toHours() > 1) {
      return time.toHours() + " hours";
    }
    return time.toMinutes() > 1 ? time.toMinutes() + " minutes" : time.toSeconds() + " s";
  }
}
