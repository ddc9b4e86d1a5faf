package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.event.ImageInput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The images that wait for a full batch, by stream, in the order of their arrival. */
final class EmbeddingBatches {

  private final int size;
  private final Map<String, List<ImageInput>> waiting = new HashMap<>();

  /**
   * @param size images of a full batch
   */
  EmbeddingBatches(int size) {
    this.size = size;
  }

  /** Adds an image; returns whether the batch of its stream is full. */
  boolean add(ImageInput image) {
    List<ImageInput> batch = waiting.computeIfAbsent(image.stream(), name -> new ArrayList<>(size));
    batch.add(image);
    return batch.size() >= size;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** The streams with images that wait. */
  List<String> streams() {
    return List.copyOf(waiting.keySet());
  }

  /** Takes out the images of a stream; none when none wait. */
  List<ImageInput> take(String stream) {
    List<ImageInput> batch = waiting.remove(stream);
    return batch == null ? List.of() : batch;
  }
}
