package io.rankstream.model.image;

import java.nio.file.Path;
import java.util.Locale;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.leptonica.global.leptonica;

/**
 * Loads Leptonica, which has the native decoders of all image formats.
 *
 * <p>JavaCPP unpacks the library from its jar into a directory. It is that of {@code
 * DJL_CACHE_DIR}, so that one writable directory is enough for all native libraries; else JavaCPP
 * chooses: {@code ~/.javacpp}, or a folder of the temporary directory where that is not writable.
 */
final class Leptonica {

  private static final String CACHE = "org.bytedeco.javacpp.cachedir";
  private static final String MOST_MEMORY = "org.bytedeco.javacpp.maxPhysicalBytes";

  private static volatile boolean loaded;

  private Leptonica() {}

  /**
   * Loads the library once for the process.
   *
   * @throws NativeDecoderMissingException when it does not load; no later try can succeed
   */
  static void load() {
    if (loaded) {
      return;
    }

    String cache = System.getenv("DJL_CACHE_DIR");
    if (cache != null && !cache.isBlank() && System.getProperty(CACHE) == null) {
      System.setProperty(CACHE, Path.of(cache, "javacpp").toString());
    }
    if (System.getProperty(MOST_MEMORY) == null) {
      // JavaCPP refuses to allocate in a process that is larger than its heap allows. This process
      // is: PyTorch's memory is no part of the heap.
      System.setProperty(MOST_MEMORY, "0");
    }
    try {
      Loader.load(leptonica.class);
      leptonica.setMsgSeverity(leptonica.L_SEVERITY_NONE); // it would write to the error stream
      loaded = true;
    } catch (LinkageError | RuntimeException e) {
      throw new NativeDecoderMissingException(
          String.format(
              Locale.ROOT,
              "The image decoder (Leptonica) does not load on %s %s: %s. Run on Linux or macOS with the jars of "
                  + "org.bytedeco for it (leptonica-…-linux-x86_64.jar, or -linux-arm64, -macosx-arm64, "
                  + "-macosx-x86_64) on the class path, and make DJL_CACHE_DIR (or ~/.javacpp) a directory that is "
                  + "writable and allows programs",
              System.getProperty("os.name"),
              System.getProperty("os.arch"),
              e),
          e);
    }
  }
}
