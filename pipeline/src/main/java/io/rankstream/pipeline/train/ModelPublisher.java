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
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;

/**
 * Publishes the model of one stream: writes a file, then returns the record that announces it.
 *
 * <p>The name of the file follows from the version. A step that is repeated after a crash therefore
 * overwrites its file before its record is committed.
 */
final class ModelPublisher {

  private static final int BUFFER_BYTES = 1 << 20;

  private final JobConfig.Versions config;
  private final String stream;
  private final String lineage;
  private long publishedStep;
  private long publishedAt;

  /**
   * @param now wall-clock time in milliseconds, the start of the first interval
   */
  ModelPublisher(JobConfig.Versions config, String stream, String lineage, long now) {
    this.config = config;
    this.stream = stream;
    this.lineage = lineage;
    this.publishedAt = now;
  }

  /**
   * Publishes after a step, if the number of steps or the time since the last version asks for it.
   *
   * @param accuracy figures for the record
   * @return the record of the published version
   * @throws IOException when the file cannot be written
   */
  Optional<ModelVersion> afterStep(OnlineTrainer trainer, PrequentialFigures accuracy, Instant now)
      throws IOException {
    boolean bySteps =
        config.everySteps() > 0 && trainer.step() - publishedStep >= config.everySteps();
    boolean byTime =
        config.every().toMillis() > 0
            && now.toEpochMilli() - publishedAt >= config.every().toMillis();
    return bySteps || byTime ? atEnd(trainer, accuracy, now) : Optional.empty();
  }

  /** Publishes as {@link #afterStep} does, if the model took a step since the last version. */
  Optional<ModelVersion> atEnd(OnlineTrainer trainer, PrequentialFigures accuracy, Instant now)
      throws IOException {
    if (!config.isOn() || trainer.step() == publishedStep) {
      return Optional.empty();
    }

    publishedStep = trainer.step();
    publishedAt = now.toEpochMilli();
    return Optional.of(publish(trainer, accuracy, now));
  }

  /** Writes the last published step, but no time of day: equal runs have equal states. */
  void writeTo(DataOutput out) throws IOException {
    out.writeLong(publishedStep);
  }

  void readFrom(DataInput in) throws IOException {
    publishedStep = in.readLong();
  }

  /** Reads past the bytes of {@link #writeTo}. */
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
        new Path(directory, String.format(Locale.ROOT, "v%09d.safetensors", trainer.step()))
            .makeQualified(files);
    MessageDigest digest = DigestUtils.getSha256Digest();
    try (OutputStream out =
        new BufferedOutputStream(
            new DigestOutputStream(files.create(file, WriteMode.OVERWRITE), digest),
            BUFFER_BYTES)) {
      trainer.export(stream, lineage, out);
    }

    return ModelVersion.newBuilder()
        .setStream(stream)
        .setModelVersion(trainer.step())
        .setLineage(lineage)
        .setSpaceId(trainer.spaceId(stream))
        .setUri(file.toUri().toString())
        .setSha256(Hex.encodeHexString(digest.digest()))
        .setSizeBytes(files.getFileStatus(file).getLen())
        .setPublishedAt(now)
        .setAccuracy(accuracy)
        .build();
  }
}
