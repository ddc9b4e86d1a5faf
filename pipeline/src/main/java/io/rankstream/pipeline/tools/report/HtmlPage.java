package io.rankstream.pipeline.tools.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page that needs nothing beside itself. */
public final class HtmlPage {

  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";
  private static final String COMMON = "/io/rankstream/pipeline/tools/report/";

  private static final Pattern FILE = Pattern.compile("/\\*FILE ([\\w.]+)\\*/");

  private HtmlPage() {}

  /**
   * Fills a template: the marks {@code STYLE}, {@code SCRIPT} and {@code FIGURES}, and {@code FILE
   * name} for a file beside the template, each in a comment of its own.
   *
   * @param template resource with the marks
   * @param figures what the page shows
   * @throws IOException when a resource is missing
   */
  public static String of(String template, JsonNode figures) throws IOException {
    // Names come from users. "</script>" in one would end the script, and "<!--<script>" would hide
    // its end: no "<" of theirs reaches the page.
    String json = new ObjectMapper().writeValueAsString(figures).replace("<", "\\u003c");
    return withFiles(template)
        .replace("/*STYLE*/", resource(UPLOT + "uPlot.min.css") + resource(COMMON + "page.css"))
        .replace(
            "/*SCRIPT*/",
            resource(UPLOT + "uPlot.iife.min.js")
                + resource(COMMON + "page.js")
                + resource(COMMON + "map.js"))
        .replace("/*FIGURES*/", "const figures = " + json + ";");
  }

  private static String withFiles(String template) throws IOException {
    String folder = template.substring(0, template.lastIndexOf('/') + 1);
    Matcher mark = FILE.matcher(resource(template));
    StringBuilder page = new StringBuilder();
    while (mark.find()) {
      mark.appendReplacement(page, Matcher.quoteReplacement(resource(folder + mark.group(1))));
    }
    return mark.appendTail(page).toString();
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
