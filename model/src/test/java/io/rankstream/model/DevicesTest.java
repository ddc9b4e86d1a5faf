package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {

  @ParameterizedTest
  @ValueSource(strings = {"auto", "cpu", "gpu", "gpu:0", "gpu:999"})
  void knowsTheNamesOfDevicesWhetherOrNotTheyAreThere(String name) {
    assertThat(Devices.isName(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "GPU", "cuda", "gpu:", "gpu:-1", "gpu:1000", "gpu:99999999999", "cpu "})
  void refusesOtherNames(String name) {
    assertThat(Devices.isName(name)).isFalse();
    assertThatThrownBy(() -> Devices.select(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid device: %s (must be auto, cpu, gpu or gpu:N)", name);
  }

  @Test
  void selectsTheCpu() {
    assertThat(Devices.select("cpu")).isEqualTo(Device.cpu());
  }

  @Test
  void refusesAGpuThatIsNotThere() {
    assertThatThrownBy(() -> Devices.select("gpu:999"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("Invalid device: gpu:999 (PyTorch sees ")
        .hasMessageContaining("use cpu or auto");
  }
}
