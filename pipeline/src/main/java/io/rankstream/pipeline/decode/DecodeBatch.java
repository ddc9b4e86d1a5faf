package io.rankstream.pipeline.decode;

import io.rankstream.model.image.Augmentation;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.model.image.InputSpec;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.DecodedBatch;
import io.rankstream.pipeline.event.DecodedImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.MicroBatch.Purpose;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.schemas.DeadLetter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;

/**
 * Decodes the images of a micro-batch, and augments them when the model trains on them. An image
 * that turns out to be damaged leaves the batch; its dead letter travels with the batch the first
 * time, and a replay leaves it out silently.
 *
 * <p>The augmentation of an image depends on the seed, the number of the batch and the slot alone.
 */
public final class DecodeBatch extends RichAsyncFunction<MicroBatch, DecodedBatch> {

  private static final long serialVersionUID = 1L;

  private final JobConfig.Decode config;
  private final InputSpec input;
  private final Augmentation augmentation;
  private final JobConfig.Registry registry;
  private final long seed;

  private transient ImageEnvelope envelope;
  private transient ImageDecoder decoder;
  private transient ExecutorService threads;
  private transient DecodeMetrics metrics;

  /**
   * @param config limits and threads
   * @param input shape of the model input
   * @param augmentation augmentation of training images
   * @param registry source of the schemas of records in the Confluent format
   * @param seed seed of the augmentation
   */
  public DecodeBatch(
      JobConfig.Decode config,
      InputSpec input,
      Augmentation augmentation,
      JobConfig.Registry registry,
      long seed) {
    this.config = config;
    this.input = input;
    this.augmentation = augmentation;
    this.registry = registry;
    this.seed = seed;
  }

  @Override
  public void open(OpenContext context) {
    envelope = new ImageEnvelope(registry);
    decoder = new ImageDecoder(input, config.limits());
    metrics = new DecodeMetrics(getRuntimeContext().getMetricGroup());
    threads =
        Executors.newFixedThreadPool(config.threads(), new ExecutorThreadFactory("decode-images"));
  }

  @Override
  public void close() {
    if (threads != null) {
      threads.shutdownNow();
    }
  }

  @Override
  public void asyncInvoke(MicroBatch batch, ResultFuture<DecodedBatch> result) {
    metrics.submitted();
    threads.execute(
        () -> {
          long start = System.nanoTime();
          try {
            result.complete(List.of(decode(batch)));
          } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
          } finally {
            metrics.finished(start);
          }
        });
  }

  private DecodedBatch decode(MicroBatch batch) {
    boolean augments = batch.purpose() == Purpose.TRAIN && !augmentation.equals(Augmentation.NONE);
    List<DecodedImage> images = new ArrayList<>(batch.images().size());
    List<DeadLetter> rejected = new ArrayList<>();
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    ByteArrayOutputStream augmented = new ByteArrayOutputStream();
    for (int slot = 0; slot < batch.images().size(); slot++) {
      BatchImage image = batch.images().get(slot);
      try {
        byte[] encoded = ImageEnvelope.encodedImage(envelope.open(image.image().origin().value()));
        byte[] plain = decoder.decode(encoded);
        if (augments) {
          augmented.writeBytes(augmentation.apply(plain, input, seed(batch, slot)));
        }
        pixels.writeBytes(plain);
        images.add(DecodedImage.of(image));
      } catch (ImageRejectedException e) {
        reject(image, RejectionReason.of(e.reason()), e.getMessage(), rejected);
      } catch (RejectedException e) {
        reject(image, e.reason(), e.getMessage(), rejected);
      }
    }

    return new DecodedBatch(
        batch.stream(),
        batch.number(),
        batch.purpose(),
        images,
        pixels.toByteArray(),
        augmented.toByteArray(),
        rejected);
  }

  private static void reject(
      BatchImage slot, RejectionReason reason, String detail, List<DeadLetter> rejected) {
    if (slot.fresh()) {
      AcceptedImage image = slot.image();
      rejected.add(reason.letter(image.origin(), detail));
    }
  }

  private long seed(MicroBatch batch, int slot) {
    return (seed * 31 + batch.number()) * 0x9E3779B97F4A7C15L + slot;
  }
}
