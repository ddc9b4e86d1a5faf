package io.rankstream.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;

class PrintableTest {

  private static final int[] CONTROLS = {
    0, 7, 0x1B, 0x7F, 0x80, 0x9B, 0x9D, 0x61C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E,
    0x2066, 0x2069
  };

  @Test
  void aLineHasNoControlCharacters() {
    for (int control : CONTROLS) {
      String text = "a" + Character.toString(control) + "b";

      assertThat(Printable.line(text)).as("U+%04X", control).isEqualTo("a?b");
      assertThat(Printable.lines(text)).as("U+%04X", control).isEqualTo("a?b");
    }
    assertThat(Printable.line("a\nb\r\tc")).isEqualTo("a?b??c");
    assertThat(Printable.lines("a\nb\r\tc")).isEqualTo("a\nb\r?c");
  }

  @Test
  void namesOfAllLanguagesStay() {
    for (String name :
        new String[] {"Käse", "猫", "قطة", "חתול", "می\u200cخواهم", "👩\u200d🔬", "a\u00a0b"}) {
      assertThat(Printable.line(name)).isEqualTo(name);
      assertThat(Printable.json("\"" + name + "\"")).isEqualTo("\"" + name + "\"");
    }
  }

  @Test
  void escapedJsonMeansTheSame() {
    String text = "a\u009b2J\u202eb\u2028c";

    String escaped = Printable.json("{\"label\":\"" + text + "\"}");

    assertThat(escaped).isEqualTo("{\"label\":\"a\\u009b2J\\u202eb\\u2028c\"}");
    assertThat(JsonParser.parseString(escaped).getAsJsonObject().get("label").getAsString())
        .isEqualTo(text);
  }
}
