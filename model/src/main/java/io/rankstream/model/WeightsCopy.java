package io.rankstream.model;

import io.rankstream.model.network.TwoHeadNetwork;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * A copy, in the memory of the host, of the weights that a model serves with at one step. Another
 * thread may write it to a file while the model goes on learning, as often as it likes.
 */
public final class WeightsCopy implements AutoCloseable {

  private final TwoHeadNetwork network;
  private final HostBuffers buffers;
  private final List<String> labels;
  private final Provenance provenance;
  private final String precision;

  /**
   * @param buffers parameters and statistics; closed with the copy
   * @param precision numbers of the backbone in the training steps, by name
   */
  WeightsCopy(
      TwoHeadNetwork network,
      HostBuffers buffers,
      List<String> labels,
      Provenance provenance,
      String precision) {
    this.network = network;
    this.buffers = buffers;
    this.labels = labels;
    this.provenance = provenance;
    this.precision = precision;
  }

  /** Stream, space, lineage and step of the weights. */
  public Provenance provenance() {
    return provenance;
  }

  /**
   * Writes the weights as a safetensors file that {@link TwoHeadModel#read} and Python read: the
   * moving average where one is kept, the softmax head with a row for each known class. Leaves the
   * stream open.
   */
  public void writeTo(OutputStream out) throws IOException {
    ModelFile.write(
        out,
        network,
        buffers.get(ModelBuffers.PARAMETERS, network.layout().parametersSize()),
        buffers.get(ModelBuffers.STATISTICS, network.layout().statisticsSize()),
        labels,
        provenance,
        precision);
  }

  @Override
  public void close() {
    buffers.close();
  }
}
