package io.rankstream.lab.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.Documents;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The containers of docker-compose.yml that have the image of this repository. */
class ComposeTest {

  private static final List<String> OF_FLINK =
      List.of("jobmanager", "taskmanager", "taskmanager-2", "taskmanager-gpu");

  @Test
  void noneWritesItsRootFileSystem() {
    ours(
        (name, service) -> {
          assertThat(service.get("read_only")).as(name).isEqualTo(true);
          assertThat(list(service, "tmpfs"))
              .as("%s unpacks libraries, so its programs may run", name)
              .contains("/tmp:exec");
        });
  }

  @Test
  void flinkCanWriteItsSettingsItsLogAndItsLibraries() {
    Map<String, Map<String, Object>> services = services();
    for (String name : OF_FLINK) {
      Map<String, Object> service = services.get(name);
      assertThat(list(service, "tmpfs"))
          .as(name)
          .contains("/opt/flink/conf")
          .anyMatch(each -> each.startsWith("/opt/flink/log"));
      Object libraries = ((Map<?, ?>) service.get("environment")).get("DJL_CACHE_DIR");
      assertThat(list(service, "volumes"))
          .as(name)
          .anyMatch(each -> each.endsWith(":" + libraries));
    }
  }

  @Test
  void theEntryPointFillsTheFolderThatTheImageKeepsACopyOf() throws Exception {
    String image = text("docker/Dockerfile");
    String entryPoint = text("docker/entrypoint");

    assertThat(image).contains("cp -r /opt/flink/conf /opt/flink/conf-of-image");
    assertThat(entryPoint).contains("cp /opt/flink/conf-of-image/* /opt/flink/conf/");
    assertThat(image.lines().filter(line -> line.startsWith("ENTRYPOINT")))
        .hasSize(2)
        .allMatch(line -> line.contains("/usr/local/bin/entrypoint"));
    assertThat(text("docker/jobmanager")).contains("exec /usr/local/bin/entrypoint");
  }

  private static void ours(BiConsumer<String, Map<String, Object>> check) {
    Map<String, Map<String, Object>> services = services();
    services.values().removeIf(each -> !String.valueOf(each.get("image")).startsWith("rankstream"));
    assertThat(services).containsKeys("jobmanager", "taskmanager-gpu", "image-generator", "watch");
    services.forEach(check);
  }

  private static List<String> list(Map<String, Object> service, String key) {
    return ((List<?>) service.get(key)).stream().map(String::valueOf).toList();
  }

  @SuppressWarnings("unchecked") // what the format says of services
  private static Map<String, Map<String, Object>> services() {
    Map<String, Object> compose =
        new Yaml(new SafeConstructor(new LoaderOptions())).load(text("docker-compose.yml"));
    return (Map<String, Map<String, Object>>) compose.get("services");
  }

  private static String text(String name) {
    return Documents.text(Documents.ROOT.resolve(name));
  }
}
