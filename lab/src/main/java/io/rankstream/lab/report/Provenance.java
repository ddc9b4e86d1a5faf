package io.rankstream.lab.report;

import ai.djl.engine.Engine;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.model.Devices;
import io.rankstream.pipeline.cli.Rankstream;
import io.rankstream.pipeline.cli.ShellCommand;
import io.rankstream.pipeline.config.ChangedSettings;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.util.EnvironmentInformation;

/**
 * How a result came about, for those who read the report and want the same again.
 *
 * @param at when the report was made
 * @param command the command as one types it, without passwords
 * @param parameters names and values of the command, for people
 * @param settings keys and values of the job's settings that were set
 * @param versions names and versions of what computed, and the machine
 */
public record Provenance(
    Instant at,
    String command,
    Map<String, String> parameters,
    Map<String, String> settings,
    Map<String, String> versions) {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /**
   * Of a result that this process has now.
   *
   * @param arguments words of the command, from its name on
   * @param settings settings of the job
   */
  public static Provenance of(
      List<String> arguments, Map<String, String> parameters, Configuration settings) {
    return new Provenance(
        Instant.now(),
        ShellCommand.of(arguments),
        parameters,
        ChangedSettings.of(settings),
        versionsOfThisProcess());
  }

  /** Writes the fields, with the time in UTC. */
  public void writeTo(ObjectNode node) {
    ObjectMapper mapper = new ObjectMapper();
    node.put("at", TIME.format(at));
    node.put("command", command);
    node.set("parameters", mapper.valueToTree(parameters));
    node.set("settings", mapper.valueToTree(settings));
    node.set("versions", mapper.valueToTree(versions));
  }

  private static Map<String, String> versionsOfThisProcess() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("Rankstream", Rankstream.version());
    versions.put("PyTorch", Engine.getEngine(Devices.ENGINE).getVersion());
    versions.put("Flink", EnvironmentInformation.getVersion());
    versions.put("JDK", System.getProperty("java.vm.name") + " " + Runtime.version());
    versions.put(
        "Machine",
        "%s cores, %s %s"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch")));
    return versions;
  }
}
