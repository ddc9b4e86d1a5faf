package io.rankstream.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Chooses the device that a model runs on. */
public final class Devices {

  /** DJL's name of the engine that all models run on. */
  public static final String ENGINE = "PyTorch";

  private static final Pattern GPU = Pattern.compile("gpu(?::(\\d{1,3}))?");

  private Devices() {}

  /** Threads that one operation may use on the CPU, however they were set. */
  public static int threads() {
    Engine.getEngine(ENGINE); // loads the library
    return JniUtils.getNumThreads();
  }

  /** Whether a text names a device: {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:N}. */
  public static boolean isName(String name) {
    return name.equals("auto") || name.equals("cpu") || GPU.matcher(name).matches();
  }

  /**
   * Selects a device by name.
   *
   * @param name {@code auto} (the first GPU, or the CPU when there is none), {@code cpu}, {@code
   *     gpu} or {@code gpu:N}
   * @throws IllegalStateException when a GPU is asked for that is not there
   */
  public static Device select(String name) {
    if (name.equals("cpu")) {
      return Device.cpu();
    }

    int gpus = Engine.getEngine(ENGINE).getGpuCount();
    if (name.equals("auto")) {
      return gpus > 0 ? Device.gpu(0) : Device.cpu();
    }

    Matcher matcher = GPU.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "Invalid device: %s (must be auto, cpu, gpu or gpu:N)".formatted(name));
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
