package io.rankstream.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Devices that a model can run on, by name. */
public final class Devices {

  /** DJL's name of the engine that all models run on. */
  public static final String ENGINE = "PyTorch";

  /** The rule of {@link #isName} in words. */
  public static final String ACCEPTED_NAMES = "auto, cpu, gpu or gpu:N";

  /** System property with the threads of an operation, which the engine reads when it starts. */
  public static final String THREADS = "ai.djl.pytorch.num_threads";

  private static final Pattern NAME = Pattern.compile("auto|cpu|gpu(?::(\\d{1,3}))?");

  private Devices() {}

  /**
   * Lets one operation use so many threads on the CPU. It counts where nothing has computed in this
   * process yet.
   */
  public static void setThreads(int threads) {
    System.setProperty(THREADS, Integer.toString(threads));
  }

  /** Whether the environment, or {@link #setThreads}, says how many threads one operation uses. */
  public static boolean hasThreadsSet() {
    return System.getenv("OMP_NUM_THREADS") != null || System.getProperty(THREADS) != null;
  }

  /** Number of threads that one operation may use on the CPU. */
  public static int threads() {
    Engine.getEngine(ENGINE); // loads the library
    return JniUtils.getNumThreads();
  }

  /** Whether a text names a device, whether or not this machine has it. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /**
   * Selects a device by name.
   *
   * @param name {@code auto} (the first GPU, or the CPU when there is none), {@code cpu}, {@code
   *     gpu} (the first one) or {@code gpu:N}, N from 0
   * @throws IllegalArgumentException when it is not such a name
   * @throws IllegalStateException when this machine does not have the GPU
   */
  public static Device select(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "Invalid device: %s (must be %s)".formatted(name, ACCEPTED_NAMES));
    }
    if (name.equals("cpu")) {
      return Device.cpu();
    }

    int gpus = Engine.getEngine(ENGINE).getGpuCount();
    if (name.equals("auto")) {
      return gpus > 0 ? Device.gpu(0) : Device.cpu();
    }

    int index = matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1));
    if (index >= gpus) {
      throw new IllegalStateException(
          "Invalid device: %s (PyTorch sees %d GPUs; use cpu or auto, or check the NVIDIA driver, libcudart and cuDNN on the loader path and that the CUDA natives are in lib/)"
              .formatted(name, gpus));
    }

    return Device.gpu(index);
  }
}
