package io.rankstream.lab.fuzz;

import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.LabeledImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.Header;

/**
 * Makes hostile records. A record depends on the seed and its number alone, so that a failure can
 * be repeated.
 */
public final class HostileRecords {

  private static final int HEADER_BYTES = 10; // marker and fingerprint
  private static final int CLASSES = 10;
  private static final int MEGABYTE = 1 << 20;
  private static final double ALL_WEIGHTS =
      Arrays.stream(Attack.values()).mapToDouble(Attack::weight).sum();

  private final long seed;
  private final String stream;
  private final int largestBytes;

  /**
   * @param stream stream of most records
   * @param largestBytes size of the largest records
   */
  public HostileRecords(long seed, String stream, int largestBytes) {
    this.seed = seed;
    this.stream = stream;
    this.largestBytes = largestBytes;
  }

  /** The record with a number. The first ones take each attack in turn, the others at random. */
  public HostileRecord record(long number) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L + number * 0xBF58476D1CE4E5B9L);
    Attack[] attacks = Attack.values();
    return record(number, number < attacks.length ? attacks[(int) number] : attack(random), random);
  }

  private HostileRecord record(long number, Attack attack, Random random) {
    // Flipped bits must not turn one id into another: hence the random digits.
    String id = "fuzz-%d-%d-%016x".formatted(seed, number, random.nextLong());
    byte[] key = new RecordKey(stream, id).bytes();
    if (attack == Attack.HUGE_KEY) {
      key = Arrays.copyOf(key, MEGABYTE + random.nextInt(6 * MEGABYTE));
    }
    if (attack == Attack.VALUE_NONE) {
      key =
          random.nextBoolean()
              ? id.getBytes(StandardCharsets.UTF_8)
              : ByteEdits.flipBits(key, random);
      key[0] = (byte) 0xFF; // never in UTF-8
    }
    byte[] value = value(attack, id, random);
    Long timestamp = attack == Attack.RECORD_CLOCK ? EventTimes.ofBrokenClock(random) : null;
    return new HostileRecord(attack, key, value, headers(attack, random), timestamp);
  }

  private static List<Header> headers(Attack attack, Random random) {
    return attack == Attack.ODD_HEADERS || attack == Attack.ODD_HEADERS_RETURNED
        ? HostileHeaders.draw(random)
        : List.of();
  }

  private static Attack attack(Random random) {
    double draw = random.nextDouble() * ALL_WEIGHTS;
    for (Attack attack : Attack.values()) {
      draw -= attack.weight();
      if (draw < 0) {
        return attack;
      }
    }

    return Attack.GOOD;
  }

  private byte[] value(Attack attack, String id, Random random) {
    int pattern = random.nextInt(CLASSES);
    return switch (attack) {
      case GOOD, HUGE_KEY, ODD_HEADERS, RECORD_CLOCK -> good(id, pattern, random);
      case ENVELOPE_BITS -> ByteEdits.flipBits(good(id, pattern, random), random);
      case ENVELOPE_CUT, ODD_HEADERS_RETURNED -> ByteEdits.cut(good(id, pattern, random), random);
      case ENVELOPE_MAGIC -> wrongHeader(good(id, pattern, random), random);
      case NOISE -> noise(good(id, pattern, random), random);
      case VALUE_EMPTY -> new byte[0];
      case VALUE_NONE, DELETION -> null;
      case CLAIMED_LENGTH -> claimedLength(good(id, pattern, random), random);
      case MANY_ATTRIBUTES -> withAttributes(id, manyAttributes(), pattern, random);
      case LONG_ATTRIBUTE -> withAttributes(id, Map.of("a", "b".repeat(MEGABYTE)), pattern, random);
      case INVALID_UTF8 -> invalidUtf8(id, pattern, random);
      case LONG_LABEL -> envelope(id, "l".repeat(MEGABYTE), DrawnImages.png(pattern, random));
      case BAD_ID -> envelope(badId(random), label(pattern), DrawnImages.png(pattern, random));
      case CONTROL_LABEL ->
          envelope(id, "class" + (char) random.nextInt(0x20), DrawnImages.png(pattern, random));
      case NEW_LABEL -> envelope(id, "of-" + id, DrawnImages.png(pattern, random));
      case EVENT_TIME -> atEventTime(EventTimes.extreme(random), id, pattern, random);
      case WRONG_CLOCK -> atEventTime(EventTimes.ofWrongClock(random), id, pattern, random);
      case OTHER_STREAM -> ofOtherStream(id, pattern, random);
      // Filled up with zeros, which compress.
      case HUGE_VALUE -> Arrays.copyOf(good(id, pattern, random), largestBytes);
      case PIXEL_BOMB, TEXT_BOMB, SCAN_BOMB, LARGE_PNG ->
          envelope(id, null, HostileImages.of(attack, pattern, random));
      case IMAGE_BITS,
          IMAGE_CUT,
          IMAGE_MAGIC,
          IMAGE_EMPTY,
          HUGE_HEADER,
          OTHER_FORMAT,
          OTHER_FORMAT_DAMAGED,
          ANIMATED_GIF,
          ANIMATED_PNG,
          CMYK_JPEG,
          DEEP_PNG,
          INTERLACED_PNG,
          PROGRESSIVE_JPEG,
          ROTATED_JPEG,
          PALETTE_PNG,
          THIN_PNG ->
          envelope(id, label(pattern), HostileImages.of(attack, pattern, random));
    };
  }

  private static byte[] wrongHeader(byte[] value, Random random) {
    value[random.nextInt(HEADER_BYTES)] ^= (byte) (1 + random.nextInt(255));
    return value;
  }

  private byte[] withAttributes(
      String id, Map<String, String> attributes, int pattern, Random random) {
    LabeledImage image = image(id, null, DrawnImages.png(pattern, random));
    image.setAttributes(attributes);
    return encode(image);
  }

  private static Map<String, String> manyAttributes() {
    Map<String, String> attributes = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      attributes.put("key-" + i, "");
    }
    return attributes;
  }

  private byte[] invalidUtf8(String id, int pattern, Random random) {
    byte[] value = envelope(id, "label-x", DrawnImages.png(pattern, random));
    value[indexOf(value, "label-x")] = (byte) 0xFF;
    return value;
  }

  private static String badId(Random random) {
    return random.nextInt(10) == 0 ? "i".repeat(MEGABYTE) : " ".repeat(random.nextInt(3));
  }

  private byte[] atEventTime(long millis, String id, int pattern, Random random) {
    LabeledImage image = image(id, label(pattern), DrawnImages.png(pattern, random));
    image.setEventTime(Instant.ofEpochMilli(millis));
    return encode(image);
  }

  private byte[] ofOtherStream(String id, int pattern, Random random) {
    LabeledImage image = image(id, label(pattern), DrawnImages.png(pattern, random));
    image.setStream("no-" + stream);
    return encode(image);
  }

  private byte[] good(String id, int pattern, Random random) {
    return envelope(
        id, random.nextInt(5) == 0 ? null : label(pattern), HostileImages.usual(pattern, random));
  }

  private static String label(int pattern) {
    return "fuzz-class-" + pattern;
  }

  private byte[] envelope(String id, String label, byte[] encoded) {
    return encode(image(id, label, encoded));
  }

  private LabeledImage image(String id, String label, byte[] encoded) {
    return LabeledImage.newBuilder()
        .setImageId(id)
        .setStream(stream)
        .setLabel(label)
        .setImage(ByteBuffer.wrap(encoded))
        .setEventTime(EventTimes.USUAL)
        .build();
  }

  private static byte[] encode(LabeledImage image) {
    try {
      return ImageEnvelope.seal(image);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] noise(byte[] good, Random random) {
    byte[] noise = new byte[1 + random.nextInt(4000)];
    random.nextBytes(noise);
    if (random.nextBoolean() && noise.length > HEADER_BYTES) {
      System.arraycopy(good, 0, noise, 0, HEADER_BYTES);
    }
    return noise;
  }

  private static byte[] claimedLength(byte[] good, Random random) {
    long[] claims = {Integer.MAX_VALUE - 8, Long.MAX_VALUE, -1, Long.MIN_VALUE, 1L << 40};
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(good, 0, HEADER_BYTES);
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(body, null);
    try {
      if (random.nextBoolean()) { // the length of the image; otherwise of the id
        encoder.writeString("id");
        encoder.writeString("default");
        encoder.writeIndex(0);
        encoder.writeNull();
      }
      encoder.writeLong(claims[random.nextInt(claims.length)]);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return body.toByteArray();
  }

  private static int indexOf(byte[] bytes, String ascii) {
    return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(ascii);
  }
}
