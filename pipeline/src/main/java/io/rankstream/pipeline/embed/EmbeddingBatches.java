package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.config.EmbedConfig;
import io.rankstream.pipeline.event.ImageInput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;

/**
 * The images that wait for a full batch of their stream, in the order of their arrival, and the
 * timer that ends the wait.
 */
final class EmbeddingBatches {

  /** Embeds images of one stream, at least one. */
  interface Embedder {

    void embed(List<ImageInput> images) throws InterruptedException;
  }

  private final int size;
  private final long maxWait;
  private final ProcessingTimeService timers;
  private final Embedder embedder;
  private final Map<String, List<ImageInput>> waiting = new HashMap<>();
  private long waitingSince; // of the oldest image that waits, or before
  private boolean timerIsSet;

  EmbeddingBatches(EmbedConfig config, ProcessingTimeService timers, Embedder embedder) {
    this.size = config.batchSize();
    this.maxWait = config.maxWait().toMillis();
    this.timers = timers;
    this.embedder = embedder;
  }

  /** Adds an image, and embeds the batch of its stream when that is full. */
  void add(ImageInput image) throws InterruptedException {
    if (waiting.isEmpty()) {
      waitingSince = timers.getCurrentProcessingTime();
      setTimer();
    }
    List<ImageInput> batch = waiting.computeIfAbsent(image.stream(), name -> new ArrayList<>(size));
    batch.add(image);
    if (batch.size() >= size) {
      embed(image.stream());
    }
  }

  /** Embeds the images of a stream that wait. */
  void embed(String stream) throws InterruptedException {
    List<ImageInput> batch = waiting.remove(stream);
    if (batch != null) {
      embedder.embed(batch);
    }
  }

  /** Embeds all images that wait. */
  void embedAll() throws InterruptedException {
    for (String stream : List.copyOf(waiting.keySet())) {
      embed(stream);
    }
  }

  /** One timer at a time: with one for each batch, those of full batches would cut later ones. */
  @SuppressWarnings("FutureReturnValueIgnored") // ends with the task
  private void setTimer() {
    if (!timerIsSet) {
      timerIsSet = true;
      timers.registerTimer(waitingSince + maxWait, this::waited);
    }
  }

  private void waited(long time) throws InterruptedException {
    timerIsSet = false;
    if (waiting.isEmpty()) {
      return;
    }

    if (time - waitingSince >= maxWait) {
      embedAll();
    } else {
      setTimer();
    }
  }
}
