package io.rankstream.pipeline.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;

/** Reads properties files as people write them: in UTF-8, with or without a byte order mark. */
public final class SettingsFile {

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** A key of YAML whose value stands in the lines below it, or the mark between documents. */
  private static final Pattern OPENS_YAML = Pattern.compile("\\s*[\\w.-]+:\\s*(#.*)?|---\\s*");

  private static final Pattern BELONGS_TO_IT = Pattern.compile("\\s+\\S.*|- .*");

  private SettingsFile() {}

  /**
   * The settings in a file.
   *
   * @throws IOException when it cannot be read or is no properties file; the message says why, in
   *     words that fit into brackets
   */
  public static Properties read(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new IOException(
          Tilde.begins(file.toString()) ? Tilde.advice(file.toString()) : "there is no such file",
          e);
    } catch (CharacterCodingException e) {
      throw new IOException("it is not text in UTF-8", e);
    } catch (IOException e) {
      throw new IOException(Files.isDirectory(file) ? "it is a directory" : e.toString(), e);
    }
    String bare = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    if (isYaml(bare.lines().toList())) {
      throw new IOException("it is YAML; write a key whole in its line, such as batch.classes = 8");
    }

    Properties properties = new Properties();
    try {
      properties.load(new StringReader(bare));
    } catch (IllegalArgumentException e) { // a backslash and a u, and no code behind it
      throw new IOException("%s; write two backslashes for one".formatted(e.getMessage()), e);
    }
    return properties;
  }

  /** Whether the text has what only YAML has: keys below keys, lists, or more than one document. */
  private static boolean isYaml(List<String> lines) {
    List<String> content =
        lines.stream().filter(line -> !line.isBlank() && !line.strip().startsWith("#")).toList();
    for (int i = 0; i + 1 < content.size(); i++) {
      if (OPENS_YAML.matcher(content.get(i)).matches()
          && (content.get(i).startsWith("---")
              || BELONGS_TO_IT.matcher(content.get(i + 1)).matches())) {
        return true;
      }
    }
    return false;
  }
}
