package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.Tilde;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads paths, and says what to write for one that a shell did not complete. */
final class PathConverter implements ITypeConverter<Path> {

  @Override
  public Path convert(String path) {
    if (Tilde.begins(path)) {
      throw new TypeConversionException("%s (%s)".formatted(path, Tilde.advice(path)));
    }
    try {
      return Path.of(path);
    } catch (InvalidPathException e) { // such as one that is not ASCII where nothing else is known
      throw new TypeConversionException(
          "%s (%s; if it has letters beyond ASCII, set LC_ALL=C.UTF-8)"
              .formatted(path, e.getReason()));
    }
  }
}
