package io.rankstream.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.ParameterLayout;
import io.rankstream.model.network.Precision;
import io.rankstream.model.network.Slot;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.network.Weights;
import io.rankstream.model.safetensors.SafeTensors;
import io.rankstream.model.safetensors.SafeTensorsWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.codec.digest.MessageDigestAlgorithms;

/**
 * Weights in a safetensors file: a whole model with its classes as a {@link WeightsCopy} writes it,
 * or a backbone from torchvision or timm. Arrays have the names of the library that the backbone
 * follows; the embedding head is {@code embedding.weight} and {@code embedding.bias}.
 */
public final class ModelFile {

  private static final String ARCHITECTURE = "rankstream.architecture";
  private static final String LABELS = "rankstream.labels";
  private static final String STREAM = "rankstream.stream";
  private static final String SPACE = "rankstream.space_id";
  private static final String LINEAGE = "rankstream.lineage";
  private static final String VERSION = "rankstream.model_version";
  private static final String PRECISION = "rankstream.precision";
  private static final String COUNTER =
      "num_batches_tracked"; // PyTorch counts batches, no result depends on it
  private static final int FINGERPRINT_DIGITS = 12;

  private final Path path;
  private final SafeTensors tensors;
  private final List<String> labels;

  private ModelFile(Path path, SafeTensors tensors, List<String> labels) {
    this.path = path;
    this.tensors = tensors;
    this.labels = labels;
  }

  /**
   * Reads the header of a file; the arrays are read later, but their checksum is compared now.
   *
   * @throws IOException when it is not a safetensors file, or it is damaged
   */
  public static ModelFile read(Path path) throws IOException {
    SafeTensors tensors = SafeTensors.open(path);
    if (tensors.metadata().containsKey(ARCHITECTURE) && !tensors.isChecked()) {
      throw new IOException(
          "%s is damaged: it is a model of Rankstream without its checksum. Copy it again from where it was published, or export the model again"
              .formatted(path));
    }

    String json = tensors.metadata().getOrDefault(LABELS, "[]");
    try {
      return new ModelFile(path, tensors, List.of(new Gson().fromJson(json, String[].class)));
    } catch (JsonParseException e) {
      throw new IOException(
          "%s is damaged: its list of classes cannot be read. Export the model again"
              .formatted(path),
          e);
    }
  }

  /** Whether the file has a checksum; then it matches. */
  public boolean isChecked() {
    return tensors.isChecked();
  }

  /** The classes of the softmax head in order; empty when the file does not name them. */
  public List<String> labels() {
    return labels;
  }

  /**
   * The architecture that the file was written for.
   *
   * @throws IOException when the file does not name it
   */
  public Architecture architecture() throws IOException {
    String id = tensors.metadata().get(ARCHITECTURE);
    if (id == null) {
      throw new IOException(
          "%s holds weights but no model: it does not name its architecture and classes. Use a file that Rankstream wrote"
              .formatted(path));
    }

    return Architecture.parse(id);
  }

  /** Timeline of the model in the file; empty where the file does not name it. */
  public String lineage() {
    return tensors.metadata().getOrDefault(LINEAGE, "");
  }

  /**
   * Origin of the model.
   *
   * @throws IOException when the file does not name it
   */
  public Provenance provenance() throws IOException {
    architecture();
    Map<String, String> texts = tensors.metadata();
    return new Provenance(
        texts.get(STREAM), texts.get(SPACE), lineage(), Long.parseLong(texts.get(VERSION)));
  }

  /** Compares the arrays in the file with those of an architecture. */
  public WeightsReport report(Architecture architecture) {
    TwoHeadNetwork network = new TwoHeadNetwork(architecture);
    List<String> loaded = new ArrayList<>();
    List<String> missingBackbone = new ArrayList<>();
    List<String> missingHeads = new ArrayList<>();
    List<String> otherShape = new ArrayList<>();
    Set<String> unexpected = new TreeSet<>(tensors.names());
    unexpected.removeIf(name -> name.endsWith(COUNTER));
    for (Slot slot : slots(network.layout())) {
      unexpected.remove(slot.name());
      if (fits(network, slot)) {
        loaded.add(slot.name());
      } else if (network.isOfHead(slot)) {
        missingHeads.add(slot.name());
      } else if (tensors.names().contains(slot.name())) {
        otherShape.add(
            "%s %s for %s"
                .formatted(
                    slot.name(), tensors.shape(slot.name()), sizes(slot.shape().getShape())));
      } else {
        missingBackbone.add(slot.name());
      }
    }

    return new WeightsReport(
        path.toString(),
        loaded,
        missingBackbone,
        missingHeads,
        otherShape,
        List.copyOf(unexpected));
  }

  /** Opens the model for serving, with its BatchNorms folded into the convolutions before them. */
  TwoHeadModel open(Device device, Precision precision) throws IOException {
    Architecture architecture = architecture();
    TwoHeadNetwork network = new TwoHeadNetwork(architecture);
    WeightsReport report = report(architecture);
    if (!report.isUsable() || lacksHead(network, report)) {
      throw new IOException(
          "The file does not hold a whole model: export it again, or train from it (model.weights). "
              + report);
    }

    NDManager manager = NDManager.newBaseManager(device, Devices.ENGINE);
    try {
      ModelBuffers buffers = new ModelBuffers(manager);
      NDArray parameters =
          buffers.addZeros(ModelBuffers.PARAMETERS, network.layout().parametersSize());
      NDArray statistics =
          buffers.addZeros(ModelBuffers.STATISTICS, network.layout().statisticsSize());
      copyInto(network, parameters, statistics);
      LabelVocabulary vocabulary = new LabelVocabulary(architecture.maxClasses());
      vocabulary.learn(labels);
      Weights weights =
          new Weights(
                  network.layout(), parameters, Weights.statistics(network.layout(), statistics))
              .folded(network.layout().foldings());
      return new TwoHeadModel(network, weights, precision, vocabulary, manager);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** A model that has not trained knows no class, so it has no use for its softmax head. */
  private boolean lacksHead(TwoHeadNetwork network, WeightsReport report) {
    List<String> classifier =
        labels.isEmpty()
            ? network.classifier().stream().map(Slot::name).toList()
            : List.<String>of();
    return !classifier.containsAll(report.missingHeads());
  }

  /** Copies the arrays that fit into the flat buffers of a model; the others keep their values. */
  void copyInto(TwoHeadNetwork network, NDArray parameters, NDArray statistics) {
    copyInto(network, network.layout().parameters(), parameters);
    copyInto(network, network.layout().statistics(), statistics);
  }

  /** The first digits of the SHA-256 of the file. */
  String fingerprint() {
    try {
      return new DigestUtils(MessageDigestAlgorithms.SHA_256)
          .digestAsHex(path)
          .substring(0, FINGERPRINT_DIGITS);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be read: it must stay in place while the model starts".formatted(path), e);
    }
  }

  /**
   * Writes a model; leaves the stream open.
   *
   * @param parameters flat buffer, {@code [n]}
   * @param statistics flat buffer, {@code [m]}
   * @param labels the known classes; the softmax head is written with a row for each
   * @param precision numbers of the backbone in the training steps, a {@link Precision#id}
   */
  static void write(
      OutputStream out,
      TwoHeadNetwork network,
      NDArray parameters,
      NDArray statistics,
      List<String> labels,
      Provenance provenance,
      String precision)
      throws IOException {
    int classes = Math.max(2, labels.size()); // no model has fewer
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt"); // required by Python's loaders
    metadata.put(ARCHITECTURE, network.architecture().withMaxClasses(classes).id());
    metadata.put(STREAM, provenance.stream());
    metadata.put(SPACE, provenance.spaceId());
    metadata.put(LINEAGE, provenance.lineage());
    metadata.put(VERSION, Long.toString(provenance.version()));
    metadata.put(PRECISION, precision);
    metadata.put(LABELS, new Gson().toJson(labels));

    SafeTensorsWriter writer = new SafeTensorsWriter(metadata);
    for (Slot slot : slots(network.layout())) {
      long[] shape = slot.shape().getShape().clone();
      if (network.classifier().contains(slot)) {
        shape[0] = classes;
      }
      NDArray buffer = slot.trained() ? parameters : statistics;
      writer.add(slot.name(), shape, rows -> SlotRows.write(slot, shape[0], buffer, rows));
    }
    writer.writeTo(out);
  }

  private void copyInto(TwoHeadNetwork network, List<Slot> slots, NDArray buffer) {
    for (Slot slot : slots) {
      if (fits(network, slot)) {
        try {
          SlotRows.read(slot, tensors, buffer);
        } catch (IOException e) {
          throw new UncheckedIOException(
              "%s cannot be read: it must stay in place while the model starts".formatted(path), e);
        }
      }
    }
  }

  /**
   * Whether the file has an array in the right shape. A softmax head fits only when the file names
   * its classes and the model has rows for them: without names its rows mean nothing.
   */
  private boolean fits(TwoHeadNetwork network, Slot slot) {
    if (!tensors.names().contains(slot.name()) || !tensors.isFloating(slot.name())) {
      return false;
    }

    List<Long> wanted = sizes(slot.shape().getShape());
    List<Long> found = tensors.shape(slot.name());
    if (!network.classifier().contains(slot)) {
      return found.equals(wanted);
    }

    return found.size() == wanted.size()
        && !labels.isEmpty()
        && found.get(0) >= labels.size()
        && found.get(0) <= wanted.get(0)
        && found.subList(1, found.size()).equals(wanted.subList(1, wanted.size()));
  }

  private static List<Slot> slots(ParameterLayout layout) {
    List<Slot> slots = new ArrayList<>(layout.parameters());
    slots.addAll(layout.statistics());
    return slots;
  }

  private static List<Long> sizes(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }
}
