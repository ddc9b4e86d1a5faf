package io.rankstream.pipeline;

import ai.djl.Device;
import io.rankstream.model.ModelConfig;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.WeightsCopy;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.VersionPointer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobID;

/** Versions as a trainer hands them to the embedders. */
public final class HandedVersions {

  /** Identity of the start of a harness's job with the id {@code 1, 1} that was told no path. */
  public static final String START = new JobID(1, 1) + " ";

  private HandedVersions() {}

  /** Writes a version as the trainer does, with weights of its own; it is to be told. */
  public static VersionPointer version(JobConfig config, Path weights, String stream, long steps)
      throws IOException {
    String file = stream + "-" + steps + ".safetensors";
    ModelConfig model = config.model();
    try (OnlineTrainer trainer = OnlineTrainer.create(model, Device.cpu())) {
      Random random = new Random(steps);
      for (int step = 0; step < steps; step++) {
        byte[] pixels = new byte[8 * model.input().pixelsPerImage()];
        random.nextBytes(pixels);
        trainer.learn(
            new PixelBatch(8, 1, model.input().height(), model.input().width(), pixels),
            IntStream.range(0, 8).mapToObj(i -> "class-" + i / 2).toList());
      }
      try (WeightsCopy copy = trainer.copyWeights(stream, "lineage");
          OutputStream out = Files.newOutputStream(weights.resolve(file))) {
        copy.writeTo(out);
      }
    }
    return new VersionPointer(stream, "lineage", START, steps, file);
  }
}
