package io.rankstream.pipeline.config;

import java.util.Optional;

/** Types of settings, in the words of the user. */
enum ValueType {
  INTEGER("integer", "a 32-bit integer"),
  LONG("integer", "a 64-bit integer"),
  NUMBER("number", "a number"),
  BOOLEAN("boolean", ""),
  CHOICE("choice", ""),
  DURATION("duration", "a duration such as %s"),
  SIZE("size", "a size such as %s"),
  TEXT("text", ""),
  LIST("list", "a list separated by ';'");

  private final String title;
  private final String description;

  ValueType(String title, String description) {
    this.title = title;
    this.description = description;
  }

  /** The type as the configuration page names it. */
  String title() {
    return title;
  }

  /**
   * The type as a message describes it, or empty where the rule of the setting says everything.
   *
   * @param example a value of the type
   */
  Optional<String> description(Object example) {
    return description.isEmpty()
        ? Optional.empty()
        : Optional.of(description.formatted(ValueText.of(example)));
  }
}
