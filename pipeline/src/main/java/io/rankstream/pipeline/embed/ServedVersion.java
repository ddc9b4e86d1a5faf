package io.rankstream.pipeline.embed;

import ai.djl.Device;
import io.rankstream.model.ModelFile;
import io.rankstream.model.TwoHeadModel;
import io.rankstream.model.network.Precision;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.WeightsFile;
import java.io.IOException;
import org.apache.flink.core.fs.Path;

/**
 * A version that embeds.
 *
 * @param space identifier of its embedding space
 * @param lineage timeline of the model
 * @param version training steps in the weights
 * @param model the weights
 */
public record ServedVersion(String space, String lineage, long version, TwoHeadModel model) {

  /**
   * Reads the weights that a pointer names, in the thread of the caller.
   *
   * @param directory directory of the embedders' weights
   * @param device device of the model
   * @param precision numbers of the backbone
   * @return the version, whose model the caller closes
   * @throws IOException when the file is gone, damaged or cannot be read now
   */
  public static ServedVersion read(
      String directory, VersionPointer pointer, Device device, Precision precision)
      throws IOException {
    String location = new Path(directory, pointer.file()).toString();
    try (WeightsFile local = WeightsFile.open(location)) {
      ModelFile file = ModelFile.read(local.path());
      TwoHeadModel model = TwoHeadModel.open(file, device, precision);
      // The file may be newer than the pointer: the trainer writes one that is gone anew.
      return new ServedVersion(
          file.provenance().spaceId(), pointer.lineage(), file.provenance().version(), model);
    }
  }
}
