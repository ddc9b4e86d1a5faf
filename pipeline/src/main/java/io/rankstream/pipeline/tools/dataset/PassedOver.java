package io.rankstream.pipeline.tools.dataset;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a reader of class folders does not take, by kind and number, so that it can be told. */
final class PassedOver {

  private static final int NAMED = 5;
  private static final int LONGEST_ENDING = 8; // what follows the dot in "notes. to self" is none

  private final Map<String, Integer> endings = new HashMap<>();
  private final Set<String> toolFolderNames = new LinkedHashSet<>();
  private final Set<String> foldersWithOthers = new TreeSet<>();
  private final Set<String> foldersWithImage = new HashSet<>();
  private int toolFolders;
  private int toolFiles;
  private int brokenLinks;
  private int specialFiles;
  private int outsideClasses;
  private int outsideSplits;

  /** A hidden folder, or one of a known program, with all that is in it. */
  void toolFolder(String name) {
    toolFolders++;
    toolFolderNames.add(name);
  }

  /** A hidden file, or one of a known program. */
  void toolFile() {
    toolFiles++;
  }

  /** A file of a format that is not read. */
  void otherFormat(String folder, String name) {
    int dot = name.lastIndexOf('.');
    boolean hasEnding = dot > 0 && dot < name.length() - 1 && name.length() - dot <= LONGEST_ENDING;
    endings.merge(
        hasEnding ? name.substring(dot).toLowerCase(Locale.ROOT) : "without an ending",
        1,
        Integer::sum);
    foldersWithOthers.add(folder);
  }

  /** A link to nothing. */
  void brokenLink() {
    brokenLinks++;
  }

  /** A pipe, a socket or a device. */
  void specialFile() {
    specialFiles++;
  }

  /** Images beside the class folders instead of in one. */
  void outsideClasses(long images) {
    outsideClasses += (int) images;
  }

  /** Images of a set with splits that are in none. */
  void outsideSplits(long images) {
    outsideSplits += (int) images;
  }

  /** A folder that has an image, whatever else is in it. */
  void image(String folder) {
    foldersWithImage.add(folder);
  }

  boolean isEmpty() {
    return kinds().isEmpty();
  }

  /** The kinds with their numbers, the most frequent endings first. */
  @Override
  public String toString() {
    return String.join(", ", kinds());
  }

  private List<String> kinds() {
    List<String> kinds = new ArrayList<>();
    endings.entrySet().stream()
        .sorted(
            Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(NAMED)
        .forEach(ending -> kinds.add(ending.getValue() + " " + ending.getKey()));
    int rest =
        endings.values().stream()
            .sorted(Comparator.reverseOrder())
            .skip(NAMED)
            .mapToInt(Integer::intValue)
            .sum();
    add(kinds, rest, "with %s other endings".formatted(endings.size() - NAMED));
    add(kinds, toolFiles, "hidden or of a tool");
    add(kinds, toolFolders, "folders hidden or of a tool (%s)".formatted(some(toolFolderNames)));
    add(kinds, brokenLinks, "links to nothing");
    add(kinds, specialFiles, "pipes or devices");
    add(kinds, outsideClasses, "images outside of class folders");
    add(kinds, outsideSplits, "images outside of train and test");
    Set<String> nothingLeft = new TreeSet<>(foldersWithOthers);
    nothingLeft.removeAll(foldersWithImage);
    nothingLeft.remove(""); // the folder of the set, which is no class
    if (!nothingLeft.isEmpty()) {
      kinds.add("which leaves nothing of " + some(nothingLeft));
    }
    return kinds;
  }

  private static void add(List<String> kinds, int count, String what) {
    if (count > 0) {
      kinds.add(count + " " + what);
    }
  }

  private static String some(Set<String> names) {
    String named = String.join(", ", names.stream().limit(NAMED).toList());
    return names.size() > NAMED ? "%s and %s more".formatted(named, names.size() - NAMED) : named;
  }
}
