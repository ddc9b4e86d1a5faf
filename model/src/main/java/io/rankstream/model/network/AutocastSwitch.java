package io.rankstream.model.network;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.nio.file.Path;

/**
 * PyTorch's switch for autocast on the CPU: while it is on, the calling thread computes
 * convolutions in bfloat16. DJL has no call for it, so this class calls the functions that the
 * loaded library exports under their C++ names.
 *
 * @see <a href="https://pytorch.org/docs/2.0/amp.html">Automatic Mixed Precision</a>
 */
final class AutocastSwitch {

  private static final int CPU = 0; // c10::DeviceType

  private final Function isOn;
  private final Function set;
  private final Function clearCache;
  private final boolean namesDevice;

  private AutocastSwitch(Function isOn, Function set, Function clearCache, boolean namesDevice) {
    this.isOn = isOn;
    this.set = set;
    this.clearCache = clearCache;
    this.namesDevice = namesDevice;
  }

  /**
   * The switch of the PyTorch that DJL has loaded.
   *
   * @throws IllegalStateException when that library exports none
   */
  static AutocastSwitch find() {
    return Holder.FOUND.orThrow();
  }

  /** Whether the calling thread computes in bfloat16. */
  boolean isOn() {
    Object[] arguments = namesDevice ? new Object[] {CPU} : new Object[0];
    return (byte) isOn.invoke(Byte.class, arguments) != 0; // a C++ bool is one byte
  }

  /** Turns bfloat16 on or off for the calling thread. */
  void set(boolean on) {
    int value = on ? 1 : 0;
    set.invoke(namesDevice ? new Object[] {CPU, value} : new Object[] {value});
  }

  /** Drops the arrays that PyTorch keeps in bfloat16, whichever thread made them. */
  void clearCache() {
    clearCache.invoke(new Object[0]);
  }

  @Override
  public String toString() {
    return "PyTorch %s switches by %s"
        .formatted(Engine.getEngine("PyTorch").getVersion(), set.getName());
  }

  /** The result of one search, since the library stays the same while the process runs. */
  private record Search(AutocastSwitch found, String failure) {

    AutocastSwitch orThrow() {
      if (found == null) {
        throw new IllegalStateException(failure);
      }

      return found;
    }
  }

  private static final class Holder {

    private static final Search FOUND = search();

    private static Search search() {
      String version = Engine.getEngine("PyTorch").getVersion(); // loads the library
      Path file = Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName("torch_cpu"));
      try {
        NativeLibrary library = NativeLibrary.getInstance(file.toString()); // is loaded already
        return new Search(in(library), null);
      } catch (UnsatisfiedLinkError e) {
        return new Search(
            null,
            "Invalid precision: bfloat16 (PyTorch %s in %s has no switch for it: %s. Set model.precision and model.served-precision to float32, or use PyTorch 2.0 to 2.7 on Linux)"
                .formatted(version, file, e.getMessage()));
      }
    }

    private static AutocastSwitch in(NativeLibrary library) {
      Function clearCache = library.getFunction("_ZN2at8autocast11clear_cacheEv");
      try {
        return new AutocastSwitch( // since PyTorch 2.4
            library.getFunction("_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE"),
            library.getFunction("_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb"),
            clearCache,
            true);
      } catch (UnsatisfiedLinkError older) {
        return new AutocastSwitch(
            library.getFunction("_ZN2at8autocast14is_cpu_enabledEv"),
            library.getFunction("_ZN2at8autocast15set_cpu_enabledEb"),
            clearCache,
            false);
      }
    }
  }
}
