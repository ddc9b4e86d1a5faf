package io.rankstream.model;

/** Embedding and prediction of one image under one set of weights. */
public final class EmbeddedImage {

  private final float[] embedding;
  private final Prediction prediction;

  EmbeddedImage(float[] embedding, Prediction prediction) {
    this.embedding = embedding;
    this.prediction = prediction;
  }

  /** The embedding, of unit length; not a copy. */
  public float[] embedding() {
    return embedding;
  }

  /** Whether all values of the embedding are finite numbers. */
  public boolean isFinite() {
    for (float value : embedding) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }

    return true;
  }

  /** The prediction of the softmax head. */
  public Prediction prediction() {
    return prediction;
  }
}
