package io.rankstream.pipeline.cli;

import java.net.URI;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads addresses of web servers; without http:// the name of a host would be taken for a scheme.
 */
final class WebAddressConverter implements ITypeConverter<URI> {

  @Override
  public URI convert(String address) {
    try {
      URI uri = URI.create(address);
      if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw new TypeConversionException(
        "%s (must be an address such as http://localhost:8081)".formatted(address));
  }
}
