package io.rankstream.pipeline.tools.watch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.pipeline.wire.RedrivenCount;
import io.rankstream.schemas.DeadLetter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Utils;

/** Counts of the dead letters, and the last ones, in bounded memory. Not thread-safe. */
final class LiveLetters {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_REASONS = 50;
  private static final int SHOWN_LETTERS = 20;
  private static final int DETAIL_LENGTH = 300;
  private static final int ID_LENGTH = 200;
  private static final String OTHERS = "other reasons";

  /**
   * A letter that the page shows.
   *
   * @param key number of the letter on the page
   * @param place where the letter stands
   * @param source where the record stands that it is about
   * @param json what the page shows
   */
  record Shown(long key, Place place, Place source, ObjectNode json) {}

  private final NavigableMap<String, Long> reasons = new TreeMap<>();
  private final Deque<Shown> letters = new ArrayDeque<>();
  private long total;
  private long repeats;

  /**
   * Adds a letter.
   *
   * @param place where the letter stands
   * @return the reason that it counts under
   */
  String add(DeadLetter letter, Place place) {
    total++;
    if (RedrivenCount.of(letter) > 0) {
      repeats++;
    }
    String reason = counted(letter.getReason());
    reasons.merge(reason, 1L, Long::sum);
    letters.addFirst(shown(letter, place));
    if (letters.size() > SHOWN_LETTERS) {
      letters.removeLast();
    }
    return reason;
  }

  /** A letter that the page shows; empty when newer ones have taken its place. */
  Optional<Shown> letter(long key) {
    return letters.stream().filter(each -> each.key() == key).findFirst();
  }

  /**
   * Writes the counts and the last letters.
   *
   * @param shares share of each reason in the last records of the input
   */
  void writeTo(ObjectNode node, Map<String, Double> shares) {
    node.put("total", total);
    node.put("repeats", repeats);
    ObjectNode counts = node.putObject("reasons");
    reasons.forEach(counts::put);
    ObjectNode rates = node.putObject("shares");
    shares.forEach(rates::put);
    ArrayNode last = node.putArray("last");
    letters.forEach(each -> last.add(each.json()));
  }

  /** The name that a reason counts under; one text for equal ones, which others may keep. */
  private String counted(String reason) {
    String known = reasons.ceilingKey(reason);
    if (reason.equals(known)) {
      return known;
    }
    return reasons.size() < MAX_REASONS ? reason : OTHERS;
  }

  private Shown shown(DeadLetter letter, Place place) {
    Place source = Place.source(letter);
    ObjectNode json =
        JSON.createObjectNode()
            .put("key", total)
            .put("reason", letter.getReason())
            .put("redriven", RedrivenCount.of(letter))
            .put("detail", shortened(letter.getDetail(), DETAIL_LENGTH))
            .put("at", letter.getSourceTimestamp().toEpochMilli())
            .put("origin", source.toString());
    image(letter)
        .ifPresent(
            image ->
                json.put("stream", image.stream())
                    .put("image", shortened(image.imageId(), ID_LENGTH)));
    return new Shown(total, place, source, json);
  }

  private static Optional<RecordKey> image(DeadLetter letter) {
    byte[] key = Utils.toNullableArray(letter.getKey());
    return key == null ? Optional.empty() : RecordKey.parse(key);
  }

  private static String shortened(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + " …";
  }
}
