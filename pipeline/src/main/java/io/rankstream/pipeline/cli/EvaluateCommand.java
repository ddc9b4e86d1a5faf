package io.rankstream.pipeline.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.model.Devices;
import io.rankstream.model.EmbeddedImage;
import io.rankstream.model.KebabCase;
import io.rankstream.model.TwoHeadModel;
import io.rankstream.model.evaluation.RetrievalScores;
import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ImageDatasets;
import io.rankstream.pipeline.tools.dataset.Split;
import io.rankstream.pipeline.tools.evaluate.EmbeddedDataset;
import io.rankstream.pipeline.tools.evaluate.Evaluation;
import io.rankstream.pipeline.tools.evaluate.FedImages;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Scores a published model on a labelled data set. */
@Command(
    name = "evaluate",
    description = {
      "Score a model file on labelled images.",
      "It tells the accuracy over images (micro) and over classes (macro), Recall@K and NMI of both heads.",
      "Scores on images that the model was trained on say how well it remembers: see --split and --fed."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  rankstream evaluate --model v000001500.safetensors --data fashion-mnist",
      "  rankstream evaluate --model model.safetensors --data photos.zip --split test --json",
      "  rankstream evaluate --model model.safetensors --data photos/ --test-share 1 --fed images.v2"
    })
final class EvaluateCommand implements Callable<Integer> {

  @Mixin TestShareOption testShare;
  @Mixin KafkaOptions kafka;
  @Mixin RegistryOptions registry;
  @Spec CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "Model file, published by the job or written by export.")
  Path model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description =
          "Data set, as for feed: a folder or zip file of class folders, or fashion-mnist.")
  String data;

  @Option(
      names = "--split",
      defaultValue = "test",
      description = "Part of the set: train or test (default: ${DEFAULT-VALUE}).")
  Split split;

  @Option(
      names = "--fed",
      paramLabel = "TOPIC",
      description =
          "Input topic that the model was trained from, such as images.v2. Images of the set that it holds with a label, by id, are left out of the scores and counted: the model may have been trained on them.")
  String fed;

  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "Device to compute on: auto, cpu, gpu or gpu:N (default: ${DEFAULT-VALUE}).")
  String device;

  @Option(
      names = "--embeddings",
      paramLabel = "FILE",
      description = "Also write one line of JSON for each image: id, label, prediction, embedding.")
  Path embeddings;

  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Consumer<String> log = spec.commandLine().getErr()::println;
    if (fed == null && kafka.isGiven()) {
      throw new UsageException(
          "--bootstrap-servers and --kafka-config are for --fed: give the input topic too, such as --fed images.v2");
    }
    ImageDataset whole = DataSource.open(data, split, testShare.split(), log);
    if (fed != null) {
      whole = FedImages.read(kafka.connected(), fed, registry.config()).without(whole, log);
    } else if (split == Split.TRAIN) {
      log.accept(
          "WARNING: feed sends the images of this split to train on. If the model was fed with them, these scores tell how well it remembers, not how good it is: use --split test");
    }
    try (TwoHeadModel served =
        TwoHeadModel.read(model, UsageException.check(() -> Devices.select(device)))) {
      ImageDataset dataset = ImageDatasets.readable(whole, served.architecture().input(), log);
      EmbeddedDataset embedded = EmbeddedDataset.of(served, dataset);
      if (embeddings != null) {
        write(embedded);
      }
      Evaluation evaluation = Evaluation.of(served, embedded);
      if (json) {
        out.println(json(dataset, evaluation));
      } else {
        print(out, dataset, evaluation);
      }
      out.flush();
    }
    return 0;
  }

  private void write(EmbeddedDataset embedded) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    try (BufferedWriter lines = Files.newBufferedWriter(embeddings)) {
      for (int i = 0; i < embedded.images().size(); i++) {
        EmbeddedImage image = embedded.images().get(i);
        ObjectNode node = mapper.createObjectNode();
        node.put("id", embedded.dataset().id(i));
        node.put("label", embedded.dataset().classes().get(embedded.dataset().classOf(i)));
        node.put("predicted", image.prediction().label());
        node.set("embedding", mapper.valueToTree(image.embedding()));
        lines.write(mapper.writeValueAsString(node));
        lines.newLine();
      }
    }
  }

  private void print(PrintWriter out, ImageDataset dataset, Evaluation evaluation) {
    out.printf(
        Locale.ROOT,
        "%s, split %s: %,d images of %d classes; the model knows %d of them%n%n",
        dataset.name(),
        KebabCase.of(split),
        evaluation.images(),
        evaluation.confusion().recalls().size(),
        evaluation.knownClasses());
    out.printf(
        Locale.ROOT,
        "Accuracy        micro %.4f  macro %.4f%n",
        evaluation.confusion().micro(),
        evaluation.confusion().macro());
    print(out, "Embedding head", evaluation.embedding());
    print(out, "Pooled features", evaluation.pooled());
    out.println();
    evaluation
        .confusion()
        .recalls()
        .forEach((label, recall) -> out.printf(Locale.ROOT, "%-24s %.4f%n", label, recall));
  }

  private static void print(PrintWriter out, String name, RetrievalScores scores) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-15s", name));
    scores
        .recall()
        .forEach((k, recall) -> line.append(String.format(Locale.ROOT, " R@%d %.4f ", k, recall)));
    out.println(line + String.format(Locale.ROOT, " NMI %.4f", scores.nmi()));
  }

  private String json(ImageDataset dataset, Evaluation evaluation) throws IOException {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode root = mapper.createObjectNode();
    root.put("dataset", dataset.name());
    root.put("split", KebabCase.of(split));
    root.put("images", evaluation.images());
    root.put("knownClasses", evaluation.knownClasses());
    root.put("micro", evaluation.confusion().micro());
    root.put("macro", evaluation.confusion().macro());
    root.set("recalls", mapper.valueToTree(evaluation.confusion().recalls()));
    root.set("embedding", mapper.valueToTree(evaluation.embedding()));
    root.set("pooled", mapper.valueToTree(evaluation.pooled()));
    return mapper.writeValueAsString(root);
  }
}
