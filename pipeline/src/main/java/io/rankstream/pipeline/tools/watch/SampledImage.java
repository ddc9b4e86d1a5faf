package io.rankstream.pipeline.tools.watch;

import io.rankstream.schemas.ImageEmbedding;
import java.util.List;

/**
 * An image of the sample with its newest embedding.
 *
 * @param key number of the image on the page, the same while the image is in the sample
 * @param newest the embedding record
 * @param values the embedding
 */
@SuppressWarnings("ArrayRecordComponent") // read only; nobody compares records
record SampledImage(int key, ImageEmbedding newest, float[] values) {

  static SampledImage of(int key, ImageEmbedding embedding) {
    float[] values = new float[embedding.getEmbedding().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = embedding.getEmbedding().get(i);
    }
    embedding.setEmbedding(List.of()); // values holds them already
    return new SampledImage(key, embedding, values);
  }
}
