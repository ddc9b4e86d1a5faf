package io.rankstream.pipeline.tools.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A page that needs nothing beside itself. */
public final class HtmlPage {

  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";
  private static final String COMMON = "/io/rankstream/pipeline/tools/report/";

  private HtmlPage() {}

  /**
   * Fills a template.
   *
   * @param template resource with marks for styles, scripts and figures
   * @param figures what the page shows
   * @throws IOException when a resource is missing
   */
  public static String of(String template, JsonNode figures) throws IOException {
    // Names come from users. "</script>" in one would end the script, and "<!--<script>" would hide
    // its end: no "<" of theirs reaches the page.
    String json = new ObjectMapper().writeValueAsString(figures).replace("<", "\\u003c");
    return resource(template)
        .replace("/*STYLE*/", resource(UPLOT + "uPlot.min.css") + resource(COMMON + "page.css"))
        .replace("/*SCRIPT*/", resource(UPLOT + "uPlot.iife.min.js") + resource(COMMON + "page.js"))
        .replace("/*FIGURES*/", "const figures = " + json + ";");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = HtmlPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("The program lacks its resource " + name + ": build it again");
      }

      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
