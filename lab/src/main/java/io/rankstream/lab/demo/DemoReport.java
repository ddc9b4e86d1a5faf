package io.rankstream.lab.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.lab.report.Confusions;
import io.rankstream.lab.report.Forgetting;
import io.rankstream.lab.report.Provenance;
import io.rankstream.lab.report.ReportPictures;
import io.rankstream.model.evaluation.ConfusionMatrix;
import io.rankstream.pipeline.tools.report.HtmlPage;
import io.rankstream.pipeline.tools.report.LearningCurve;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The result of the demo, as text and as one self-contained HTML page. */
final class DemoReport {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CURVE_POINTS = 400;

  private final DemoImages images;
  private final DemoProgress progress;
  private final DemoVersions versions;
  private final double bareStepsPerSecond;
  private final OptionalLong change;
  private final Optional<Forgetting> forgetting;
  private final Optional<ObjectNode> map;
  private final Provenance provenance;

  /**
   * @param images the images that were fed
   * @param progress all records of the output topics
   * @param versions all records of the topic of model versions
   * @param bareStepsPerSecond training steps per second without the job around them
   * @param change step at which the stream changed, if it did
   * @param forgetting what the model kept of the classes that come less often since
   * @param map embedding map with its pictures, if there is one
   * @param provenance how the report came about
   */
  DemoReport(
      DemoImages images,
      DemoProgress progress,
      DemoVersions versions,
      double bareStepsPerSecond,
      OptionalLong change,
      Optional<Forgetting> forgetting,
      Optional<ObjectNode> map,
      Provenance provenance) {
    this.images = images;
    this.progress = progress;
    this.versions = versions;
    this.bareStepsPerSecond = bareStepsPerSecond;
    this.change = change;
    this.forgetting = forgetting;
    this.map = map;
    this.provenance = provenance;
  }

  void print(PrintWriter out) {
    ConfusionMatrix confusion = progress.confusion();
    Map<String, Integer> slots = progress.slots();
    TrainingMetrics last = lastStep();
    out.println();
    out.printf("%-14s %10s %16s %16s%n", "class", "in traffic", "training slots", "recall unseen");
    progress.traffic().entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .forEach(
            entry ->
                out.printf(
                    Locale.ROOT,
                    "%-14s %,10d %,16d %16.3f%n",
                    entry.getKey(),
                    entry.getValue(),
                    slots.getOrDefault(entry.getKey(), 0),
                    confusion.recalls().getOrDefault(entry.getKey(), Double.NaN)));
    out.printf(
        Locale.ROOT,
        "%-14s %8.1f:1 %14.2f:1%n%n",
        "largest/least",
        DemoProgress.ratio(progress.traffic()),
        DemoProgress.ratio(slots));
    out.printf(
        Locale.ROOT,
        "Accepted images %,d, distinct images in the embeddings topic %,d%n",
        images.size(),
        progress.embeddedImages());
    out.printf(
        Locale.ROOT,
        "Prequential accuracy: micro %.4f, macro %.4f%n",
        last.getAccuracy().getMicro(),
        last.getAccuracy().getMacro());
    change.ifPresent(step -> printChange(out, step));
    out.printf(
        Locale.ROOT,
        "%,d unseen images: micro %.4f, macro %.4f%n",
        confusion.count(),
        confusion.micro(),
        confusion.macro());
    forgetting.ifPresent(it -> out.println(line(it)));
    versions.lines().forEach(out::println);
    out.printf(
        Locale.ROOT,
        "Steps %,d at %.1f a second; the training step alone does %.1f: ratio %.2f%n",
        last.getStep(),
        progress.stepsPerSecond(),
        bareStepsPerSecond,
        progress.stepsPerSecond() / bareStepsPerSecond);
    out.flush();
  }

  /** The accuracy around the change, in the sliding window of the prequential accuracies. */
  private void printChange(PrintWriter out, long step) {
    List<TrainingMetrics> steps = progress.steps();
    int at = (int) Math.max(1, Math.min(step, steps.size() - 1));
    double before = steps.get(at - 1).getAccuracy().getWindowMicro();
    double lowest =
        steps.subList(at, steps.size()).stream()
            .mapToDouble(each -> each.getAccuracy().getWindowMicro())
            .min()
            .orElse(before);
    out.printf(
        Locale.ROOT,
        "The stream changed at step %,d. Micro accuracy over the last images: %.4f before, lowest %.4f, %.4f at the end%n",
        step,
        before,
        lowest,
        lastStep().getAccuracy().getWindowMicro());
  }

  private static String line(Forgetting forgetting) {
    return String.format(
        Locale.ROOT,
        "Classes that come less often since the change: mean recall of unseen images %.3f when it came, %.3f at the end; the other classes %.3f at the end",
        forgetting.before(),
        forgetting.after(),
        forgetting.others());
  }

  /** The page, with template, plotting library and figures in one file. */
  String html() throws IOException {
    return HtmlPage.of("/io/rankstream/lab/demo/report.html", figures());
  }

  private ObjectNode figures() throws IOException {
    ObjectNode root = JSON.createObjectNode();
    ConfusionMatrix confusion = progress.confusion();
    provenance.writeTo(root.putObject("provenance"));
    root.put("dataset", images.training().name());
    root.put("accepted", images.size());
    root.put("embedded", progress.embeddedImages());
    root.put("micro", confusion.micro());
    root.put("macro", confusion.macro());
    root.put("heldOut", confusion.count());

    root.put("steps", progress.steps().size());
    LearningCurve curve = new LearningCurve(CURVE_POINTS);
    progress.steps().forEach(curve::add);
    curve.writeTo(root.putObject("curves"));
    ArrayNode changes = root.putArray("changes");
    change.ifPresent(changes::add);
    forgetting.ifPresent(it -> root.put("forgetting", line(it)));
    map.ifPresent(all -> root.set("map", all));
    addConfused(root);

    Map<String, Integer> slots = progress.slots();
    ArrayNode classes = root.putArray("classes");
    progress.traffic().entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .forEach(
            entry -> {
              ObjectNode row = classes.addObject();
              row.put("name", entry.getKey());
              row.put("traffic", entry.getValue());
              row.put("slots", slots.getOrDefault(entry.getKey(), 0));
              row.put("recall", confusion.recalls().getOrDefault(entry.getKey(), 0.0));
              ArrayNode predicted = row.putArray("predicted");
              progress.traffic().entrySet().stream()
                  .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                  .forEach(other -> predicted.add(confusion.count(entry.getKey(), other.getKey())));
            });
    return root;
  }

  private void addConfused(ObjectNode root) throws IOException {
    List<Confusions.Row> rows = images.confusions(progress.predictions()).rows();
    root.set("confused", JSON.valueToTree(rows));
    ObjectNode addresses = root.putObject("confusedPictures");
    ReportPictures pictures = new ReportPictures(images.heldOut());
    for (int index : Confusions.shown(rows)) {
      pictures.address(index).ifPresent(address -> addresses.put(Integer.toString(index), address));
    }
  }

  private TrainingMetrics lastStep() {
    List<TrainingMetrics> steps = progress.steps();
    if (steps.isEmpty()) {
      throw new IllegalStateException(
          "The job took no training step: feed more than one class, or lower --train-every");
    }

    return steps.get(steps.size() - 1);
  }
}
