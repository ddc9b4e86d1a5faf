package io.rankstream.lab;

import io.rankstream.pipeline.tools.evaluate.CheckpointModels;
import io.rankstream.pipeline.train.StoredModel;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;

/** Looks into a savepoint from outside the job. */
final class SavepointState {

  private SavepointState() {}

  /**
   * SHA-256 of the models in a savepoint: weights, momentum, statistics, vocabulary, guard. What
   * the trainer writes beside them differs from run to run: lineages and times.
   */
  static String digestOfModels(String savepoint) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    Map<String, StoredModel> models = CheckpointModels.read(savepoint);
    try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      for (StoredModel model : models.values()) {
        model.snapshot().writeTo(out);
      }
    } finally {
      models.values().forEach(StoredModel::close);
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
