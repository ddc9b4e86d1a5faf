package io.rankstream.pipeline.connect;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Counts how often the writers of a job were fenced off. Once may be a process that was cut off and
 * still writes, and Flink's restart heals it; again and again is another job with the same ids.
 *
 * <p>The count belongs to the process: a restart makes all writers anew.
 */
final class RepeatedFences {

  private static final int TOLERATED = 2;
  private static final long WITHIN = TimeUnit.MINUTES.toNanos(10);

  private static final Map<String, RepeatedFences> BY_JOB = new ConcurrentHashMap<>();

  private record Fence(int attempt, long time) {}

  private final Deque<Fence> fences = new ArrayDeque<>();

  private RepeatedFences() {}

  /**
   * Notes that a writer was fenced off.
   *
   * @param job id of the job
   * @param attempt number of the writer's start; all writers of a start count once
   * @return whether it is the third start of the job within ten minutes that ends so
   */
  static boolean isOneTooMany(String job, int attempt) {
    return BY_JOB.computeIfAbsent(job, id -> new RepeatedFences()).add(attempt, System.nanoTime());
  }

  private synchronized boolean add(int attempt, long now) {
    fences.removeIf(fence -> now - fence.time() > WITHIN);
    if (fences.stream().noneMatch(fence -> fence.attempt() == attempt)) {
      fences.add(new Fence(attempt, now));
    }
    return fences.size() > TOLERATED;
  }
}
