package io.rankstream.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordKeyTest {

  @Test
  void aKeyIsStreamLineFeedAndIdInUtf8() {
    assertThat(new RecordKey("größe", "cats/1.jpg").bytes())
        .isEqualTo("größe\ncats/1.jpg".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aKeyIsReadAsItWasMade() {
    for (String stream : List.of("default", "a b", "größe", "\uD83D\uDE00")) {
      for (String id : List.of("1", "cats/1.jpg", " x", "ж", "\uD83D\uDE00")) {
        RecordKey key = new RecordKey(stream, id);
        assertThat(RecordKey.parse(key.bytes())).contains(key);
      }
    }
  }

  @Test
  void noTwoImagesShareAKey() {
    Set<String> keys = new HashSet<>();
    for (String stream : List.of("a", "a-b", "a:b", "a b")) {
      for (String id : List.of("b", "b\nc", "c", "-b", "a\nb", "\n")) {
        assertThat(keys.add(new RecordKey(stream, id).text())).as("%s %s", stream, id).isTrue();
      }
    }
  }

  @Test
  void aStreamWithALineFeedIsRefused() {
    assertThatThrownBy(() -> new RecordKey("a\nb", "c"))
        .hasMessage("Invalid stream: a b (must have no line feed)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "id", "\nid", " \nid", "stream\n", "stream\n ", "s\nid\n", "s\ni\u0000d"})
  void otherTextIsNoKey(String text) {
    assertThat(RecordKey.parse(text.getBytes(StandardCharsets.UTF_8))).isEmpty();
  }

  @Test
  void otherBytesAreNoKey() {
    assertThat(RecordKey.parse(null)).isEmpty();
    assertThat(RecordKey.parse(new byte[] {'s', '\n', (byte) 0xC3})).isEmpty();
    assertThat(RecordKey.parse(new byte[] {'s', '\n', (byte) 0xED, (byte) 0xA0, (byte) 0x80}))
        .isEmpty();
  }
}
