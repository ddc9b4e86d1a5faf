package io.rankstream.pipeline.cli;

import io.rankstream.model.KebabCase;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads the constants of an enum by their kebab-case names, in any case. Every option and parameter
 * with an enum for a type uses it; {@link #registerFor} sees to that.
 *
 * @param <E> the enum
 */
public class EnumConverter<E extends Enum<E>> implements ITypeConverter<E> {

  private final Class<E> type;
  private final Map<String, E> aliases;

  /**
   * @param aliases further names in lower case, which are accepted but not listed
   */
  protected EnumConverter(Class<E> type, Map<String, E> aliases) {
    this.type = type;
    this.aliases = aliases;
  }

  /** Lets a command and its subcommands read all their enums by their kebab-case names. */
  static void registerFor(CommandLine command) {
    for (ArgSpec argument : command.getCommandSpec().args()) {
      for (Class<?> type : argument.auxiliaryTypes()) { // those of the elements of a list
        if (type.isEnum()) {
          register(command, type);
        }
      }
    }
    command.getSubcommands().values().forEach(EnumConverter::registerFor);
  }

  @Override
  public E convert(String name) {
    E alias = aliases.get(name.toLowerCase(Locale.ROOT));
    if (alias != null) {
      return alias;
    }

    try {
      return KebabCase.parse(type, name);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(
          "%s (must be one of %s)".formatted(name, KebabCase.names(type)));
    }
  }

  @SuppressWarnings("unchecked") // isEnum has said that it is one
  private static <E extends Enum<E>> void register(CommandLine command, Class<?> type) {
    Class<E> constants = (Class<E>) type;
    command.registerConverter(constants, new EnumConverter<>(constants, Map.of()));
  }
}
