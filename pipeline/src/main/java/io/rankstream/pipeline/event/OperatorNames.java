package io.rankstream.pipeline.event;

import java.util.List;

/**
 * Names of the operators. They are also their uids, the addresses of their state in checkpoints and
 * savepoints, so a released name never changes.
 */
public final class OperatorNames {

  public static final String READ_IMAGES = "read-images";
  public static final String RECEIVE_IMAGES = "receive-images";
  public static final String PK_WINDOW = "pk-window";
  public static final String NATURAL_WINDOW = "natural-window";
  public static final String TWO_HEAD_TRAINER = "two-head-trainer";
  public static final String READ_CONTROL = "read-control";
  public static final String SWEEP_IMAGES = "sweep-images";
  public static final String RECEIVE_SWEPT_IMAGES = "receive-swept-images";
  public static final String MARK_EPOCHS = "mark-epochs";
  public static final String EMBED_IMAGES = "embed-images";
  public static final String OFFER_ANCHORS = "offer-anchors";
  public static final String MEASURE_DRIFT = "measure-drift";
  public static final String WRITE_EMBEDDINGS = "write-embeddings";
  public static final String WRITE_METRICS = "write-metrics";
  public static final String WRITE_MODEL_VERSIONS = "write-model-versions";
  public static final String WRITE_DEAD_LETTERS = "write-dead-letters";

  private OperatorNames() {}

  /** All names in the order of the flow. */
  public static List<String> all() {
    return List.of(
        READ_IMAGES,
        RECEIVE_IMAGES,
        PK_WINDOW,
        NATURAL_WINDOW,
        TWO_HEAD_TRAINER,
        READ_CONTROL,
        SWEEP_IMAGES,
        RECEIVE_SWEPT_IMAGES,
        EMBED_IMAGES,
        MARK_EPOCHS,
        OFFER_ANCHORS,
        MEASURE_DRIFT,
        WRITE_EMBEDDINGS,
        WRITE_METRICS,
        WRITE_MODEL_VERSIONS,
        WRITE_DEAD_LETTERS);
  }
}
