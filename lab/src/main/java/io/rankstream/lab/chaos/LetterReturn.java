package io.rankstream.lab.chaos;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.tools.redrive.LetterSelection;
import io.rankstream.pipeline.tools.redrive.Redrive;
import io.rankstream.pipeline.tools.redrive.RedriveTally;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Properties;

/**
 * Sends all dead letters of a job to its input again. It stops half-way and starts anew, as an
 * operator may: what was sent must not be sent once more.
 */
final class LetterReturn {

  private final Properties clients;
  private final ChaosJob job;
  private final RunLog log;

  LetterReturn(Properties clients, ChaosJob job, RunLog log) {
    this.clients = clients;
    this.job = job;
    this.log = log;
  }

  /** Sends them; the job takes them while it runs. */
  void run() throws Exception {
    String letters = job.topics().deadLetters();
    // The job writes new letters of what is sent: the second part must not meet those of the first.
    LetterSelection all =
        new LetterSelection(
            EnumSet.allOf(RejectionReason.class), null, Instant.now(), null, null, null);
    Redrive redrive =
        new Redrive(
            clients,
            JobConfig.from(job.settings()).registry(),
            Redrive.nameFor(letters),
            line -> log.say("  %s", line));
    long count = redrive.count(letters, all, null, Long.MAX_VALUE).of(RedriveTally.Fate.SENT);
    long sent = 0;
    for (long limit : new long[] {Math.max(1, count / 2), Long.MAX_VALUE}) {
      sent += redrive.send(letters, all, null, limit, 0, tally -> {}).of(RedriveTally.Fate.SENT);
    }
    log.say("%,d dead letters, %,d sent to the input again", count, sent);
  }
}
