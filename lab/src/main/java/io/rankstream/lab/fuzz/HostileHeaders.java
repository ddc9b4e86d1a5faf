package io.rankstream.lab.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Makes headers of records that a program may trip over. */
public final class HostileHeaders {

  private static final int MANY = 2_000;
  private static final int LARGEST_BYTES = 700_000; // with the key and an image, under a megabyte
  private static final int BINARY_BYTES = 1_000;
  private static final List<String> ODD_NAMES =
      List.of(
          "",
          " ",
          "\0",
          "a\r\nb: c",
          "\u202Eright-to-left",
          "\uFEFFmark",
          "I\u0130\u0131i",
          "\uD83D\uDC08",
          "content-type",
          "n".repeat(5_000));

  private HostileHeaders() {}

  /** Draws headers of one kind. */
  public static List<Header> draw(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> many();
      case 1 -> List.of(new RecordHeader("large", bytes(LARGEST_BYTES, random)));
      case 2 -> List.of(new RecordHeader("binary", bytes(random.nextInt(BINARY_BYTES), random)));
      case 3 ->
          List.of(
              new RecordHeader("none", (byte[]) null), new RecordHeader("empty", bytes(0, random)));
      default -> oddlyNamed(random);
    };
  }

  /** All of one name, which Kafka allows. */
  private static List<Header> many() {
    List<Header> headers = new ArrayList<>(MANY);
    for (int i = 0; i < MANY; i++) {
      headers.add(new RecordHeader("same", new byte[] {(byte) i}));
    }
    return headers;
  }

  private static List<Header> oddlyNamed(Random random) {
    List<Header> headers = new ArrayList<>();
    for (String name : ODD_NAMES) {
      headers.add(new RecordHeader(name, bytes(8, random)));
    }
    return headers;
  }

  private static byte[] bytes(int count, Random random) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
