package io.rankstream.model;

import io.rankstream.model.image.InputSpec;
import io.rankstream.model.optimize.OptimizerConfig;
import io.rankstream.model.optimize.Schedule;
import io.rankstream.model.safetensors.SafeTensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/** Training on synthetic batches, and ways to look at the result. */
final class Training {

  static final int P = 5;
  static final int K = 4;
  static final List<String> LABELS = Batches.labels(P, K);

  private Training() {}

  /** An optimizer with all its settings in use. */
  static OptimizerConfig everything(int accumulate) {
    return OptimizerConfig.sgd(0.002, new Schedule(Schedule.Shape.COSINE, 100, 1, 5))
        .withRule(OptimizerConfig.Rule.ADAMW)
        .withHeadsFactor(3)
        .withBeta2(0.99)
        .withWeightDecay(0.01)
        .withClipNorm(1)
        .withAccumulate(accumulate)
        .withFrozen("conv1", "bn1");
  }

  /** The bytes of a snapshot. */
  static byte[] snapshot(OnlineTrainer trainer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ModelSnapshot snapshot = trainer.snapshot()) {
      snapshot.writeTo(out);
    }
    return out.toByteArray();
  }

  /** SHA-256 of the bytes of a snapshot, for models of which not many fit into the heap. */
  static String snapshotDigest(OnlineTrainer trainer) throws IOException {
    DigestOutputStream out =
        new DigestOutputStream(OutputStream.nullOutputStream(), DigestUtils.getSha256Digest());
    try (ModelSnapshot snapshot = trainer.snapshot()) {
      snapshot.writeTo(out);
    }
    return Hex.encodeHexString(out.getMessageDigest().digest());
  }

  /** Takes the steps with numbers {@code from} to below {@code to}. */
  static void train(OnlineTrainer trainer, InputSpec input, int from, int to) {
    for (int step = from; step < to; step++) {
      trainer.learn(Batches.pixels(input, P, K, step), LABELS);
    }
  }

  /** Writes the model as the job publishes it. */
  static void export(OnlineTrainer trainer, String stream, String lineage, OutputStream out)
      throws IOException {
    try (WeightsCopy copy = trainer.copyWeights(stream, lineage)) {
      copy.writeTo(out);
    }
  }

  /** The weights of a trainer by name, as it exports them. */
  static Map<String, float[]> arrays(OnlineTrainer trainer) throws IOException {
    Path file = Files.createTempFile("model", ".safetensors");
    try (OutputStream out = Files.newOutputStream(file)) {
      export(trainer, "any", "", out);
    }
    SafeTensors tensors = SafeTensors.open(file);
    Map<String, float[]> arrays = new TreeMap<>();
    for (String name : tensors.names()) {
      arrays.put(name, tensors.floats(name));
    }
    Files.delete(file);
    return arrays;
  }
}
