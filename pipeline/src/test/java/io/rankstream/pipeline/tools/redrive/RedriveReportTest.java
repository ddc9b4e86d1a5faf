package io.rankstream.pipeline.tools.redrive;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.tools.redrive.RedriveTally.Fate;
import org.junit.jupiter.api.Test;

class RedriveReportTest {

  @Test
  void aRowForEachReasonAndARemarkOnRecordsThatAreBadThemselves() {
    RedriveTally tally = new RedriveTally();
    tally.add("LAG_SHED", Fate.SENT);
    tally.add("LAG_SHED", Fate.SENT_BEFORE);
    tally.addReturned("LAG_SHED");
    tally.add("IMAGE_CORRUPT", Fate.SENT);
    tally.add("IMAGE_EMPTY", Fate.NOT_SELECTED);

    assertThat(RedriveReport.of(tally, false).lines())
        .anyMatch(line -> line.matches("LAG_SHED +1 +1 +0 +0 +0"))
        .anyMatch(line -> line.matches("IMAGE_EMPTY +0 +0 +1 +0 +0"))
        .contains(
            "IMAGE_CORRUPT: the records themselves are bad, so a job of this release refuses all 1 again",
            "LAG_SHED: 1 of them had come back before; look for the cause before you send them once more")
        .noneMatch(line -> line.startsWith("IMAGE_EMPTY: "))
        .noneMatch(line -> line.contains("are gone"));
  }
}
