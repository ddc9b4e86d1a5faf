package io.rankstream.pipeline.tools.redrive;

import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.DeadLetter;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Which dead letters a redrive takes.
 *
 * @param reasons reasons of the letters
 * @param since time from which on the letters were written, or null for any
 * @param until time before which the letters were written, or null for any
 * @param stream stream of the images, or null for any; a record whose stream cannot be read has
 *     none
 * @param sourceTopic topic of the original records, or null for any
 * @param sourcePartition partition of the original records, or null for any
 */
public record LetterSelection(
    Set<RejectionReason> reasons,
    Instant since,
    Instant until,
    String stream,
    String sourceTopic,
    Integer sourcePartition) {

  /** All letters with some reasons. */
  public static LetterSelection of(Set<RejectionReason> reasons) {
    return new LetterSelection(reasons, null, null, null, null, null);
  }

  /** The reasons of records that can be accepted when they are sent again as they are. */
  public static Set<RejectionReason> healable() {
    Set<RejectionReason> reasons = EnumSet.allOf(RejectionReason.class);
    reasons.removeIf(reason -> !reason.canHeal());
    return reasons;
  }

  /** The reason of a letter, or empty when it is not one of those that this selection takes. */
  Optional<RejectionReason> reason(DeadLetter letter) {
    return reasons.stream().filter(each -> each.name().equals(letter.getReason())).findFirst();
  }

  /** Whether the letter was written in the time, for a record from the place. */
  boolean takes(ConsumerRecord<?, ?> record, DeadLetter letter) {
    return (since == null || record.timestamp() >= since.toEpochMilli())
        && (until == null || record.timestamp() < until.toEpochMilli())
        && (sourceTopic == null || sourceTopic.equals(letter.getSourceTopic()))
        && (sourcePartition == null || sourcePartition == letter.getSourcePartition());
  }
}
