package io.rankstream.pipeline.replica;

import io.rankstream.pipeline.start.Lineage;
import java.io.Serializable;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;

/**
 * A replica has handed its weights in and waits for the average of the round. Sent again and again,
 * since the way to the coordinator promises nothing.
 *
 * @param stream stream of the model
 * @param round number of the round among those of the stream
 * @param replica the replica, from 0
 * @param share its part of the round
 * @param file path of the file with its weights
 * @param sha256 digest of the file
 */
public record HandIn(
    String stream, long round, int replica, Share share, String file, String sha256)
    implements OperatorEvent {

  /**
   * The part of a replica in a round.
   *
   * @param replicas replicas that shared the batches of the round
   * @param next replicas of the round after it
   * @param isNew whether the replica started from nothing in this round, after the first of its
   *     stream: its weights count only where all of them did
   * @param base steps of all replicas before the round
   * @param batches batches of this replica in the round
   * @param lineage timeline of its model
   * @param failure why the model trains no more; empty where it does
   * @param failedAt step at which it failed
   */
  public record Share(
      int replicas,
      int next,
      boolean isNew,
      long base,
      int batches,
      Lineage lineage,
      String failure,
      long failedAt)
      implements Serializable {}
}
