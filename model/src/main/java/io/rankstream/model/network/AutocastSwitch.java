package io.rankstream.model.network;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * PyTorch's switch for autocast on the CPU or on GPUs: while it is on, the calling thread computes
 * convolutions in bfloat16 there. DJL has no call for it, so this class calls the functions that
 * the loaded library exports under their C++ names; a library without CUDA exports those for GPUs,
 * too.
 *
 * @see <a href="https://pytorch.org/docs/2.0/amp.html">Automatic Mixed Precision</a>
 */
final class AutocastSwitch {

  private static final int BFLOAT16 = 15; // c10::ScalarType; the type on GPUs is float16 before

  private final Function isOn;
  private final Function setType;
  private final Function set;
  private final Function clearCache;
  private final Object[] device; // first arguments

  private AutocastSwitch(
      Function isOn, Function setType, Function set, Function clearCache, Object... device) {
    this.isOn = isOn;
    this.setType = setType;
    this.set = set;
    this.clearCache = clearCache;
    this.device = device;
  }

  /**
   * The switch of the PyTorch that DJL has loaded. That for GPUs comes with the fastest kernels
   * there, in the whole process: matrix products of float32 in TF32, and those convolutions that
   * cuDNN finds by trying them, so that two runs on a GPU may differ in bits.
   *
   * @throws IllegalStateException when that library exports none
   */
  static AutocastSwitch of(Device device) {
    return (device.isGpu() ? OfGpus.FOUND : OfCpu.FOUND).orThrow();
  }

  /** Whether the calling thread computes in bfloat16. */
  boolean isOn() {
    return (byte) isOn.invoke(Byte.class, device) != 0; // a C++ bool is one byte
  }

  /** Turns bfloat16 on or off for the calling thread. */
  void set(boolean on) {
    if (on) {
      setType.invoke(arguments(BFLOAT16));
    }
    set.invoke(arguments(on ? 1 : 0));
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

  private Object[] arguments(int last) {
    Object[] all = Arrays.copyOf(device, device.length + 1);
    all[device.length] = last;
    return all;
  }

  /** The result of one search, since the library stays the same while the process runs. */
  private record Search(AutocastSwitch found, String failure) {

    AutocastSwitch orThrow() {
      if (found == null) {
        throw new IllegalStateException(failure);
      }

      return found;
    }

    static Search in(Place place) {
      String version = Engine.getEngine("PyTorch").getVersion(); // loads the library
      Path file = Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName("torch_cpu"));
      try {
        NativeLibrary library = NativeLibrary.getInstance(file.toString()); // is loaded already
        return new Search(place.in(library), null);
      } catch (UnsatisfiedLinkError e) {
        return new Search(
            null,
            "Invalid precision: bfloat16 (PyTorch %s in %s has no switch for it: %s. Set model.precision and model.served-precision to float32, or use PyTorch 2.0 to 2.7 on Linux)"
                .formatted(version, file, e.getMessage()));
      }
    }
  }

  /** Where a library has a switch. */
  private interface Place {
    AutocastSwitch in(NativeLibrary library);
  }

  private static final class OfCpu {

    private static final Search FOUND =
        Search.in(
            library ->
                found(
                    library,
                    0, // c10::DeviceType
                    "_ZN2at8autocast14is_cpu_enabledEv",
                    "_ZN2at8autocast22set_autocast_cpu_dtypeEN3c1010ScalarTypeE",
                    "_ZN2at8autocast15set_cpu_enabledEb"));
  }

  private static final class OfGpus {

    private static final Search FOUND = Search.in(OfGpus::prepared);

    private static AutocastSwitch prepared(NativeLibrary library) {
      Object context =
          library
              .getFunction("_ZN2at13globalContextEv")
              .invoke(Pointer.class, new Object[0]); // a reference
      library.getFunction("_ZN2at7Context18setAllowTF32CuBLASEb").invoke(new Object[] {context, 1});
      JniUtils.setBenchmarkCuDNN(true);
      return found(
          library,
          1,
          "_ZN2at8autocast10is_enabledEv",
          "_ZN2at8autocast22set_autocast_gpu_dtypeEN3c1010ScalarTypeE",
          "_ZN2at8autocast11set_enabledEb");
    }
  }

  /** The functions that name the device, since PyTorch 2.4, or else those of older ones. */
  private static AutocastSwitch found(
      NativeLibrary library, int device, String isOn, String setType, String set) {
    Function clearCache = library.getFunction("_ZN2at8autocast11clear_cacheEv");
    try {
      return new AutocastSwitch(
          library.getFunction("_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE"),
          library.getFunction(
              "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE"),
          library.getFunction("_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb"),
          clearCache,
          device);
    } catch (UnsatisfiedLinkError older) {
      return new AutocastSwitch(
          library.getFunction(isOn),
          library.getFunction(setType),
          library.getFunction(set),
          clearCache);
    }
  }
}
