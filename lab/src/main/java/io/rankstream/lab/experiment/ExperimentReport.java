package io.rankstream.lab.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.lab.bench.StepBench;
import io.rankstream.lab.report.Confusions;
import io.rankstream.lab.report.Provenance;
import io.rankstream.lab.report.ReportPictures;
import io.rankstream.model.evaluation.ConfusionMatrix;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.report.EmbeddingMap;
import io.rankstream.pipeline.tools.report.HtmlPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.apache.flink.configuration.Configuration;

/** Writes the result as JSON and as an HTML page. */
public final class ExperimentReport {

  private static final int SAMPLE = 400;
  private static final int QUERIES = 8;
  private static final int NEIGHBOURS = 8;
  private static final int SHOWN_CLASSES = 30;

  private final ExperimentResult result;
  private final List<String> command;
  private final ImageDataset unseen;
  private final ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * @param command words of the command, for those who want the same again
   */
  public ExperimentReport(ExperimentResult result, List<String> command) {
    this.result = result;
    this.command = command;
    this.unseen = result.plan().unseen();
  }

  /**
   * Writes {@code experiment.json} and {@code report.html}.
   *
   * @return the files that were written
   */
  public List<Path> write() throws IOException {
    ObjectNode figures = figures();
    Path json = result.plan().directory().resolve("experiment.json");
    Files.write(json, mapper.writeValueAsBytes(figures));
    addPictures(figures);
    Path page = result.plan().directory().resolve("report.html");
    Files.writeString(page, HtmlPage.of("/io/rankstream/lab/experiment/report.html", figures));
    return List.of(json, page);
  }

  private ObjectNode figures() {
    ObjectNode root = mapper.createObjectNode();
    ExperimentPlan plan = result.plan();
    Provenance.of(command, plan.parameters(), settings()).writeTo(root.putObject("provenance"));
    root.put("dataset", plan.training().name());
    root.put("trainingImages", plan.training().size());
    root.put("unseenImages", unseen.size());
    root.put("skew", plan.skew());
    root.set("steps", mapper.valueToTree(plan.budgets()));
    root.put("batch", result.config().batch().size());
    root.put("seeds", plan.seeds().size());
    root.put("architecture", result.config().model().architecture().id());
    root.put("window", result.config().trainer().prequentialWindow());
    ObjectNode millis = root.putObject("stepMillis");
    result.stepMillis().forEach((loss, value) -> millis.put(StepBench.lossName(loss), value));
    ArrayNode classes = root.putArray("classes");
    classesByTraffic()
        .forEach(
            label ->
                classes
                    .addObject()
                    .put("name", label)
                    .put("traffic", result.arms().get(0).traffic().get(label)));
    ArrayNode arms = root.putArray("arms");
    result.arms().forEach(arm -> arms.add(figures(arm)));
    return root;
  }

  private Configuration settings() {
    return ArmRun.sharedSettings(result.plan(), result.config().batch().size()).configuration();
  }

  private ObjectNode figures(ArmResult result) {
    ObjectNode node = mapper.createObjectNode();
    Arm arm = result.arm();
    ExperimentPlan plan = this.result.plan();
    node.put("name", plan.nameOf(arm));
    node.put("group", plan.nameOf(arm.ofPaperStrength()));
    node.put("budget", arm.steps());
    node.put("anyBudget", arm.name());
    node.put("method", StepBench.lossName(arm.loss()));
    node.put("sampler", arm.sampler().name());
    arm.balance().ifPresent(balance -> node.put("balance", balance));
    node.put("strength", arm.strength());
    node.put("lambda", arm.lambda());
    node.put("embeds", result.embeds());
    node.put("classifies", result.classifies());
    node.put("secondsPerRun", result.secondsPerRun());
    node.set("microAsInTraffic", mapper.valueToTree(result.microAsInTraffic()));
    node.set("macro", mapper.valueToTree(result.macro()));
    node.set("tailRecall", mapper.valueToTree(result.tailRecall()));
    result
        .embeddingRecall()
        .forEach((k, spread) -> node.set("embeddingRecall" + k, mapper.valueToTree(spread)));
    node.set("embeddingNmi", mapper.valueToTree(result.embeddingNmi()));
    node.set("pooledRecall1", mapper.valueToTree(result.pooledRecall()));
    node.set("pooledNmi", mapper.valueToTree(result.pooledNmi()));
    node.set("recalls", mapper.valueToTree(result.recalls()));
    ArrayNode runs = node.putArray("runs");
    for (RunResult run : result.runs()) {
      ObjectNode each = runs.addObject();
      each.put("seed", run.seed());
      each.put("steps", run.steps());
      each.put("seconds", run.seconds());
      each.put("macro", run.evaluation().confusion().macro());
      each.set("embedding", mapper.valueToTree(run.evaluation().embedding()));
      each.set("pooled", mapper.valueToTree(run.evaluation().pooled()));
      each.put("model", run.model().toString());
      each.set("drifts", mapper.valueToTree(run.drifts()));
      run.forgetting().ifPresent(it -> each.set("forgetting", mapper.valueToTree(it)));
    }
    result.runs().get(0).curve().writeTo(node.putObject("curve"));
    return node;
  }

  /** Adds the maps, neighbours, confusion matrices and images, which only the page shows. */
  private void addPictures(ObjectNode root) throws IOException {
    List<Integer> shuffled = new ArrayList<>();
    for (int i = 0; i < unseen.size(); i++) {
      shuffled.add(i);
    }
    Collections.shuffle(shuffled, new Random(0));
    List<Integer> sample = shuffled.subList(0, Math.min(SAMPLE, shuffled.size()));
    List<Integer> queries = sample.subList(0, Math.min(QUERIES, sample.size()));

    TreeSet<Integer> shown = new TreeSet<>(sample);
    for (int i = 0; i < result.arms().size(); i++) {
      ArmResult arm = result.arms().get(i);
      RunResult first = arm.runs().get(0);
      EmbeddingMap map =
          new EmbeddingMap(
              arm.embeds() ? first.embedded().embeddings() : first.embedded().pooled());
      ObjectNode node = (ObjectNode) root.get("arms").get(i);
      node.set("map", mapper.valueToTree(map.plane(sample)));
      ArrayNode rows = node.putArray("neighbours");
      for (int query : queries) {
        List<Integer> row = new ArrayList<>(List.of(query));
        row.addAll(map.nearest(query, NEIGHBOURS));
        shown.addAll(row);
        rows.add(mapper.valueToTree(row));
      }
      if (arm.classifies()) {
        Confusions confusions = confusions(first);
        node.set("confusion", confusion(first.evaluation().confusion(), confusions));
        List<Confusions.Row> confused = confusions.rows();
        node.set("confused", mapper.valueToTree(confused));
        shown.addAll(Confusions.shown(confused));
      }
    }

    root.set("sample", mapper.valueToTree(sample));
    ObjectNode pictures = root.putObject("pictures");
    ObjectNode labels = root.putObject("pictureLabels");
    ReportPictures addresses = new ReportPictures(unseen);
    for (int index : shown) {
      String name = Integer.toString(index);
      addresses.address(index).ifPresent(address -> pictures.put(name, address));
      labels.put(name, classOf(index));
    }
  }

  /** A row for each of the most frequent classes; predictions of others count in {@code all}. */
  private ArrayNode confusion(ConfusionMatrix matrix, Confusions confusions) {
    List<String> labels = classesByTraffic().stream().limit(SHOWN_CLASSES).toList();
    ArrayNode rows = mapper.createArrayNode();
    for (String actual : labels) {
      ObjectNode row = rows.addObject().put("name", actual).put("all", confusions.all(actual));
      ArrayNode predicted = row.putArray("predicted");
      labels.forEach(label -> predicted.add(matrix.count(actual, label)));
    }

    return rows;
  }

  private List<String> classesByTraffic() {
    return result.arms().get(0).traffic().entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .toList();
  }

  private Confusions confusions(RunResult run) {
    Confusions confusions = new Confusions();
    for (int index = 0; index < unseen.size(); index++) {
      confusions.add(
          classOf(index), run.embedded().images().get(index).prediction().label(), index);
    }
    return confusions;
  }

  private String classOf(int index) {
    return unseen.classes().get(unseen.classOf(index));
  }
}
