package io.rankstream.lab.chaos;

import io.rankstream.lab.audit.CommittedTransaction;
import io.rankstream.lab.audit.Origin;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Compares the embeddings topic with the images of the input. It is given all records, those of a
 * topic in their order: first the input, then the embeddings, then the marks of epochs.
 */
interface EmbeddingAudit {

  /** Takes an image of the input. */
  void sent(Origin origin, RecordKey image);

  /** Takes a deletion of the input. */
  void deleted(Origin origin, RecordKey image);

  /** Takes a record of the input that is neither; its key may name an image. */
  void damaged(Origin origin, byte[] key);

  /**
   * Takes an embedding.
   *
   * @param timeline of the model, as {@link Timelines} names it
   */
  void embedded(ImageEmbedding embedding, String timeline);

  /** Takes a tombstone. */
  void tombstone(RecordKey image);

  /** Takes what one transaction wrote to a partition. */
  void committed(CommittedTransaction transaction) throws IOException;

  /** Takes the mark of an epoch. */
  void marked(ModelVersion mark);

  /** Number of distinct images in the input. */
  long images();

  /** Number of records of the input that have an embedding, of each timeline. */
  long records();

  /** Number of complete epochs of each stream of the input; empty where there are no epochs. */
  Map<String, Long> epochs();

  /** What is wrong, by fault; a fault may have no place. */
  Map<AuditFault, List<?>> faults();
}
