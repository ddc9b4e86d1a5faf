package io.rankstream.pipeline.tools.redrive;

import static io.rankstream.pipeline.tools.redrive.RedriveTally.Fate.NOT_SELECTED;
import static io.rankstream.pipeline.tools.redrive.RedriveTally.Fate.RECORD_GONE;
import static io.rankstream.pipeline.tools.redrive.RedriveTally.Fate.SENT;
import static io.rankstream.pipeline.tools.redrive.RedriveTally.Fate.SENT_BEFORE;
import static io.rankstream.pipeline.tools.redrive.RedriveTally.Fate.TOO_LARGE;

import io.rankstream.pipeline.event.RejectionReason;
import java.util.Arrays;
import java.util.Locale;

/** Shows a tally to people: a row for each reason, and what they should know about the rows. */
public final class RedriveReport {

  private RedriveReport() {}

  /**
   * The report.
   *
   * @param dryRun whether nothing was sent
   */
  public static String of(RedriveTally tally, boolean dryRun) {
    StringBuilder report = new StringBuilder();
    row(
        report,
        "reason",
        dryRun ? "to send" : "sent",
        "sent before",
        "not selected",
        "record gone",
        "too large");
    for (String reason : tally.reasons()) {
      row(
          report,
          reason,
          number(tally.of(reason, SENT)),
          number(tally.of(reason, SENT_BEFORE)),
          number(tally.of(reason, NOT_SELECTED)),
          number(tally.of(reason, RECORD_GONE)),
          number(tally.of(reason, TOO_LARGE)));
    }
    for (String reason : tally.reasons()) {
      remarks(report, tally, reason);
    }
    if (tally.of(RECORD_GONE) > 0) {
      line(
          report,
          "Records that are gone left their topic before: send those images again from where they come from");
    }
    if (tally.of(TOO_LARGE) > 0) {
      line(
          report,
          "Records that are too large need a higher max.message.bytes of the topic, and max.request.size in --kafka-config");
    }
    if (tally.unreadable() > 0) {
      line(report, "%s records are no dead letters".formatted(number(tally.unreadable())));
    }
    return report.toString();
  }

  /** A number for people. */
  public static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static void remarks(StringBuilder report, RedriveTally tally, String reason) {
    if (tally.of(reason, SENT) == 0) {
      return;
    }

    if (Arrays.stream(RejectionReason.values())
        .anyMatch(each -> each.name().equals(reason) && !each.canHeal())) {
      line(
          report,
          "%s: the records themselves are bad, so a job of this release refuses all %s again"
              .formatted(reason, number(tally.of(reason, SENT))));
    }
    if (tally.returned(reason) > 0) {
      line(
          report,
          "%s: %s of them had come back before; look for the cause before you send them once more"
              .formatted(reason, number(tally.returned(reason))));
    }
  }

  private static void row(StringBuilder report, String reason, String... cells) {
    report.append(String.format(Locale.ROOT, "%-26s", reason));
    for (String cell : cells) {
      report.append(String.format(Locale.ROOT, "%14s", cell));
    }
    report.append(System.lineSeparator());
  }

  private static void line(StringBuilder report, String text) {
    report.append(text).append(System.lineSeparator());
  }
}
