package io.rankstream.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTensorsTest {

  @TempDir Path directory;

  private Path file(String header, int dataBytes) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + dataBytes);
    bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text);
    return Files.write(directory.resolve("crafted.safetensors"), bytes.array());
  }

  @Test
  void refusesAHeaderOfManyLevels() throws IOException {
    String deep = "[".repeat(200_000) + "]".repeat(200_000);
    for (String header :
        new String[] {
          deep,
          "{\"a\":".repeat(200_000),
          "{\"__metadata__\":{\"a\":%s}}".formatted(deep),
          "{\"w\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[0,4]}}".formatted(deep)
        }) {
      Path file = file(header, 4);

      assertThatThrownBy(() -> SafeTensors.open(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is not a safetensors file")
          .hasMessageContaining("it has more than 8 levels");
    }
  }

  @Test
  void bracketsInTextsAreNoLevels() throws IOException {
    String text = "[{".repeat(50) + "\\\"" + "[".repeat(50);

    assertThat(
            SafeTensors.open(file("{\"__metadata__\":{\"a\":\"%s\"}}".formatted(text), 0))
                .metadata())
        .containsEntry("a", text.replace("\\", ""));
  }

  @Test
  void readsWhatItWrote() throws IOException {
    SafeTensorsWriter writer = new SafeTensorsWriter(Map.of("format", "pt", "note", "naïve \"x\""));
    writer.add(
        "b",
        new long[] {2, 3},
        out -> {
          out.write(new float[] {1, 2, 3, 4});
          out.write(new float[] {5, 6});
        });
    writer.add("a", new long[] {}, out -> out.write(new float[] {7}));
    Path file = directory.resolve("written.safetensors");
    try (OutputStream out = Files.newOutputStream(file)) {
      writer.writeTo(out);
    }

    SafeTensors tensors = SafeTensors.open(file);

    assertThat(tensors.names()).containsExactly("a", "b");
    assertThat(tensors.shape("b")).containsExactly(2L, 3L);
    assertThat(tensors.floats("b")).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(tensors.floats("a")).containsExactly(7);
    assertThat(tensors.floats("b", 2, 5)).containsExactly(3, 4, 5);
    assertThat(tensors.metadata()).containsEntry("note", "naïve \"x\"");
  }

  @Test
  void startsTheTensorsAtAMultipleOfEightBytes() throws IOException {
    SafeTensorsWriter writer = new SafeTensorsWriter(Map.of("format", "pt"));
    writer.add("weight", new long[] {1}, out -> out.write(new float[] {1}));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.writeTo(out);

    long header = ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN).getLong();

    assertThat(header % 8).isZero();
    assertThat(out.size()).isEqualTo(8 + (int) header + 4);
  }

  @Test
  void widensHalfPrecisionAndNarrowsDouble() throws IOException {
    String header =
        """
        {"half":{"dtype":"F16","shape":[6],"data_offsets":[0,12]},\
        "brain":{"dtype":"BF16","shape":[2],"data_offsets":[12,16]},\
        "double":{"dtype":"F64","shape":[1],"data_offsets":[16,24]},\
        "count":{"dtype":"I64","shape":[],"data_offsets":[24,32]}}""";
    Path file = file(header, 32);
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer data =
        ByteBuffer.wrap(bytes, bytes.length - 32, 32).slice().order(ByteOrder.LITTLE_ENDIAN);
    for (int half : List.of(0x3C00, 0xC000, 0x3555, 0x0001, 0x7C00, 0x8000)) {
      data.putShort((short) half);
    }
    data.putShort((short) 0x3F80).putShort((short) 0xC049).putDouble(0.1).putLong(5);
    Files.write(file, bytes);

    SafeTensors tensors = SafeTensors.open(file);

    assertThat(tensors.floats("half"))
        .containsExactly(1, -2, 0.33325195f, 5.9604645e-8f, Float.POSITIVE_INFINITY, -0f);
    assertThat(tensors.floats("brain")).containsExactly(1, -3.140625f);
    assertThat(tensors.floats("double")).containsExactly(0.1f);
    assertThat(tensors.isFloating("count")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "U16, 4",
    "U32, 8",
    "U64, 16",
    "I8, 2",
    "BOOL, 2",
    "F8_E4M3, 2",
    "F8_E5M2, 2",
    "F8_E8M0, 2",
    "F4, 1",
    "F6_E2M3, 2",
    "C64, 16",
    "OTHER, 3",
    "what comes after us, 5"
  })
  void passesOverTensorsOfTypesThatItDoesNotNeed(String type, int length) throws IOException {
    Path file =
        file(
            "{\"odd\":{\"dtype\":\"%s\",\"shape\":[2],\"data_offsets\":[0,%s]},"
                    .formatted(type, length)
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%s,%s]}}"
                    .formatted(length, length + 4),
            length + 4);

    SafeTensors tensors = SafeTensors.open(file);

    assertThat(tensors.isFloating("odd")).isFalse();
    assertThat(tensors.shape("odd")).containsExactly(2L);
    assertThat(tensors.floats("a")).containsExactly(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}", // data that no tensor claims
        "not json at all",
        "[1, 2]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,16]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[4,20]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-4],\"data_offsets\":[0,16]}}",
        "{\"a\":{\"dtype\":\"F99\",\"shape\":[4],\"data_offsets\":[0,12]}}",
        "{\"a\":{\"dtype\":\"F99\",\"shape\":[4],\"data_offsets\":[16,0]}}",
        "{\"a\":{\"dtype\":\"F99\",\"shape\":[4],\"data_offsets\":[4,16]}}",
        "{\"a\":{\"dtype\":\"U16\",\"shape\":[4],\"data_offsets\":[0,16]}}",
        "{\"a\":{\"dtype\":4,\"shape\":[4],\"data_offsets\":[0,-9223372036854775808]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,16]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,32]}}",
      })
  void refusesHeadersThatDoNotFitTheFile(String header) throws IOException {
    Path file = file(header, 16);

    assertThatThrownBy(() -> SafeTensors.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not a safetensors file");
  }

  @Test
  void saysWhenThereIsNoFile() {
    assertThatThrownBy(() -> SafeTensors.open(directory.resolve("none.safetensors")))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith(
            "none.safetensors does not exist: give the path of a safetensors file");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 1, 1L << 40, Long.MAX_VALUE})
  void refusesLengthsThatDoNotFitTheFile(long length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Path file = Files.write(directory.resolve("length.safetensors"), bytes.array());

    assertThatThrownBy(() -> SafeTensors.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("its first 8 bytes are not the length of a header");
  }

  @ParameterizedTest
  @ValueSource(strings = {"504b0304140000000800", "80028a0a6cfc9c46f920", "8005950000000000000000"})
  void saysHowToConvertAFileOfPyTorch(String head) throws IOException {
    Path file = Files.write(directory.resolve("resnet50.pth"), HexFormat.of().parseHex(head));

    assertThatThrownBy(() -> SafeTensors.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not a safetensors file: it is PyTorch's own format")
        .hasMessageContaining("torch.load('%s', weights_only=True), 'resnet50.safetensors'", file);
  }
}
