package io.rankstream.pipeline.train;

import ai.djl.Device;
import io.rankstream.model.OnlineTrainer;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;

/** Reads the models of a key group out of the trainer's raw state. */
public final class SavedModels {

  private SavedModels() {}

  /**
   * The models by stream; each is the caller's to close.
   *
   * @param in stands at the start of the key group
   */
  public static Map<String, OnlineTrainer> read(InputStream in, Device device) throws IOException {
    DataInputStream data = new DataInputStream(new BufferedInputStream(in));
    Map<String, OnlineTrainer> models = new TreeMap<>();
    for (int count = TrainerState.readHeader(data); count > 0; count--) {
      String stream = data.readUTF();
      models.put(stream, OnlineTrainer.restore(device, data));
      StreamModel.skipAccuracy(data);
    }

    return models;
  }
}
