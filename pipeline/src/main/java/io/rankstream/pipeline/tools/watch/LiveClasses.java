package io.rankstream.pipeline.tools.watch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** Traffic, training slots and recall of the classes of a stream, in bounded memory. */
final class LiveClasses {

  private static final int MAX_CLASSES = 5000;
  private static final int SHOWN_CLASSES = 100;

  private static final class Figures {
    private long traffic;
    private long slots;
    private Double recall;
  }

  private final Map<String, Figures> classes = new HashMap<>();

  /** Counts an image that came in. */
  void addTraffic(String label) {
    figures(label).traffic++;
  }

  /** Counts the images of a class in a batch. */
  void addSlots(String label, int images) {
    figures(label).slots += images;
  }

  /** Sets the fading recall of a class. */
  void recall(String label, double recall) {
    figures(label).recall = recall;
  }

  /** Writes the classes with the most traffic, and how many others there are. */
  void writeTo(ObjectNode stream, ClassColours colours) {
    ArrayNode rows = stream.putArray("classes");
    classes.entrySet().stream()
        .sorted(
            Comparator.comparing((Map.Entry<String, Figures> entry) -> entry.getValue().traffic)
                .reversed()
                .thenComparing(Map.Entry::getKey))
        .limit(SHOWN_CLASSES)
        .forEach(
            entry ->
                rows.addObject()
                    .put("name", entry.getKey())
                    .put("colour", colours.of(entry.getKey()))
                    .put("traffic", entry.getValue().traffic)
                    .put("slots", entry.getValue().slots)
                    .put("recall", entry.getValue().recall));
    stream.put("moreClasses", Math.max(0, classes.size() - SHOWN_CLASSES));
  }

  /** The figures of a class; those beyond the maximum are not kept. */
  private Figures figures(String label) {
    return classes.size() < MAX_CLASSES
        ? classes.computeIfAbsent(label, name -> new Figures())
        : classes.getOrDefault(label, new Figures());
  }
}
