package io.rankstream.pipeline.tools.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class HtmlPageTest {

  private static final String TEMPLATE = "/io/rankstream/pipeline/tools/report/figures.html";

  @Test
  void noNameOfAUserOpensOrClosesAnything() throws Exception {
    ObjectMapper json = new ObjectMapper();
    ObjectNode figures = json.createObjectNode();
    figures.putArray("classes").add("<!--<script>").add("</script>").add("<img onerror=x>");

    String page = HtmlPage.of(TEMPLATE, figures);

    String start = "const figures = ";
    int from = page.indexOf(start) + start.length();
    String data = page.substring(from, page.indexOf(";</script>", from));
    assertThat(data).doesNotContain("<");
    assertThat(json.readTree(data)).isEqualTo(figures);
  }
}
