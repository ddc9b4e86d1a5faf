package io.rankstream.pipeline.tools.dataset;

import java.util.Locale;
import java.util.Set;

/** Names of files and folders that programs leave among a user's images. */
final class ToolNames {

  /** In lower case. Names that start with a dot need no entry. */
  private static final Set<String> TOOLS =
      Set.of(
          "__macosx", // macOS, in zip files
          "@eadir", // Synology
          "#recycle",
          "@recycle", // QNAP
          "$recycle.bin", // Windows
          "system volume information",
          "thumbs.db",
          "ehthumbs.db",
          "desktop.ini",
          "lost+found",
          "__pycache__");

  private ToolNames() {}

  /** Whether a name is hidden, such as {@code .ipynb_checkpoints}, or that of a known program. */
  static boolean contains(String name) {
    return name.startsWith(".") || TOOLS.contains(name.toLowerCase(Locale.ROOT));
  }
}
