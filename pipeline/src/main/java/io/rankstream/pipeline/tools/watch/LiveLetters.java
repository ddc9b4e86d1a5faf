package io.rankstream.pipeline.tools.watch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.pipeline.wire.RedrivenCount;
import io.rankstream.schemas.DeadLetter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/** Counts of the dead letters, and the last ones, in bounded memory. Not thread-safe. */
final class LiveLetters {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_REASONS = 50;
  private static final int SHOWN_LETTERS = 20;
  private static final int DETAIL_LENGTH = 300;

  private final Map<String, Long> reasons = new TreeMap<>();
  private final Deque<ObjectNode> letters = new ArrayDeque<>();
  private long total;
  private long repeats;

  void add(DeadLetter letter) {
    total++;
    int redriven = RedrivenCount.of(letter);
    if (redriven > 0) {
      repeats++;
    }
    if (reasons.size() < MAX_REASONS || reasons.containsKey(letter.getReason())) {
      reasons.merge(letter.getReason(), 1L, Long::sum);
    }
    letters.addFirst(
        JSON.createObjectNode()
            .put("reason", letter.getReason())
            .put("redriven", redriven)
            .put("detail", shortened(letter.getDetail()))
            .put("at", letter.getSourceTimestamp().toEpochMilli())
            .put(
                "origin",
                "%s-%d@%d"
                    .formatted(
                        letter.getSourceTopic(),
                        letter.getSourcePartition(),
                        letter.getSourceOffset())));
    if (letters.size() > SHOWN_LETTERS) {
      letters.removeLast();
    }
  }

  void writeTo(ObjectNode node) {
    node.put("total", total);
    node.put("repeats", repeats);
    ObjectNode counts = node.putObject("reasons");
    reasons.forEach(counts::put);
    letters.forEach(node.putArray("last")::add);
  }

  private static String shortened(String text) {
    return text.length() <= DETAIL_LENGTH ? text : text.substring(0, DETAIL_LENGTH) + " …";
  }
}
