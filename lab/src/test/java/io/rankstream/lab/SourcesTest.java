package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SourcesTest {

  @Test
  void findsTextConstantsAndNothingElse() {
    String source =
        """
        /** Says "in Javadoc". */
        class A { // or "in a comment"
          char quote = '"';
          String url = "http://host"; // "no constant"
          String text = "one " + "text of \\"two\\" parts";
        }
        """;

    assertThat(Sources.constants(source))
        .containsExactly("http://host", "one text of \"two\" parts");
  }

  @Test
  void findsTheNamesOfMetricsAndNotOtherTexts() {
    assertThat(Sources.metrics())
        .contains("numImagesRepeated", "decodeLatencyUs", "tailRecall", "ml", "timestamp")
        .doesNotContain("default", "epsilon", "images");
  }
}
