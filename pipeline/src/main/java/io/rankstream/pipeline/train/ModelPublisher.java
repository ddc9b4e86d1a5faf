package io.rankstream.pipeline.train;

import io.rankstream.model.OnlineTrainer;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.PrequentialFigures;
import java.io.BufferedOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;

/**
 * Publishes the model of one stream: a file, and the record that announces it once the file is
 * whole. The name of a file follows from the version, so that a step that is taken again after a
 * crash writes its file anew before the record is committed.
 */
final class ModelPublisher {

  private static final int BUFFER_BYTES = 1 << 20;

  private final JobConfig.Versions config;
  private final String stream;
  private long publishedStep;
  private long publishedAt;

  /**
   * @param now wall-clock time in milliseconds: the first interval starts here
   */
  ModelPublisher(JobConfig.Versions config, String stream, long now) {
    this.config = config;
    this.stream = stream;
    this.publishedAt = now;
  }

  /** Publishes after a step when steps or time make a version due. */
  Optional<ModelVersion> afterStep(OnlineTrainer trainer, PrequentialFigures accuracy, Instant now)
      throws IOException {
    boolean bySteps =
        config.everySteps() > 0 && trainer.step() - publishedStep >= config.everySteps();
    boolean byTime =
        config.every().toMillis() > 0
            && now.toEpochMilli() - publishedAt >= config.every().toMillis();
    return bySteps || byTime ? atEnd(trainer, accuracy, now) : Optional.empty();
  }

  /** Publishes what was learnt since the last version, if anything was. */
  Optional<ModelVersion> atEnd(OnlineTrainer trainer, PrequentialFigures accuracy, Instant now)
      throws IOException {
    if (!config.isOn() || trainer.step() == publishedStep) {
      return Optional.empty();
    }

    publishedStep = trainer.step();
    publishedAt = now.toEpochMilli();
    return Optional.of(publish(trainer, accuracy, now));
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(publishedStep); // and no time of day: equal runs have equal states
  }

  void readFrom(DataInput in) throws IOException {
    publishedStep = in.readLong();
  }

  /** Reads past what {@link #writeTo} writes. */
  static void skip(DataInput in) throws IOException {
    in.readLong();
  }

  private ModelVersion publish(OnlineTrainer trainer, PrequentialFigures accuracy, Instant now)
      throws IOException {
    Path directory =
        new Path(
            new Path(config.directory(), URLEncoder.encode(stream, StandardCharsets.UTF_8)),
            trainer.spaceIdSuffix());
    FileSystem files = directory.getFileSystem();
    files.mkdirs(directory);
    Path file =
        new Path(directory, "v%09d.safetensors".formatted(trainer.step())).makeQualified(files);
    MessageDigest digest = sha256();
    try (OutputStream out =
        new BufferedOutputStream(
            new DigestOutputStream(files.create(file, WriteMode.OVERWRITE), digest),
            BUFFER_BYTES)) {
      trainer.export(stream, out);
    }

    return ModelVersion.newBuilder()
        .setStream(stream)
        .setModelVersion(trainer.step())
        .setSpaceId(stream + "/" + trainer.spaceIdSuffix())
        .setUri(file.toUri().toString())
        .setSha256(HexFormat.of().formatHex(digest.digest()))
        .setSizeBytes(files.getFileStatus(file).getLen())
        .setPublishedAt(now)
        .setAccuracy(accuracy)
        .build();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
