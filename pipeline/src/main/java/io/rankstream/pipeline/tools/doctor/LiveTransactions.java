package io.rankstream.pipeline.tools.doctor;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;

/**
 * Tells a job that writes from transactions that a crash left open. A job that lives ends its
 * transactions at each checkpoint and begins others; after a crash, all stay as they are.
 */
final class LiveTransactions {

  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final Duration LOOK_BETWEEN_TWO_EVERY = Duration.ofMillis(100);
  private static final int LOOKS_BETWEEN_TWO = 5;

  private final Admin admin;
  private final Predicate<String> isOurs;

  /**
   * @param isOurs chooses transactional ids
   */
  LiveTransactions(Admin admin, Predicate<String> isOurs) {
    this.admin = admin;
    this.isOurs = isOurs;
  }

  /** When each open transaction began, by its id, in milliseconds since the epoch. */
  Map<String, Long> open() throws ExecutionException, InterruptedException {
    Set<String> ids =
        admin
            .listTransactions(
                new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING)))
            .all()
            .get()
            .stream()
            .map(TransactionListing::transactionalId)
            .filter(isOurs)
            .collect(Collectors.toSet());
    Map<String, Long> open = new TreeMap<>();
    if (!ids.isEmpty()) {
      admin
          .describeTransactions(ids)
          .all()
          .get()
          .forEach(
              (id, transaction) ->
                  transaction.transactionStartTimeMs().ifPresent(start -> open.put(id, start)));
    }
    return open;
  }

  /** The same, and where none is open looks again: a job that lives may be between two. */
  Map<String, Long> openSoon() throws ExecutionException, InterruptedException {
    Map<String, Long> open = open();
    for (int look = 1; open.isEmpty() && look < LOOKS_BETWEEN_TWO; look++) {
      Thread.sleep(LOOK_BETWEEN_TWO_EVERY.toMillis());
      open = open();
    }
    return open;
  }

  /**
   * Waits until one of some open transactions has ended and another one has begun.
   *
   * @param before what {@link #open} gave
   * @param patience time after which they are taken for left behind
   * @return whether somebody goes on writing
   */
  boolean goOn(Map<String, Long> before, Duration patience)
      throws ExecutionException, InterruptedException {
    long newest = before.values().stream().max(Comparator.naturalOrder()).orElseThrow();
    long end = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < end) {
      Thread.sleep(LOOK_EVERY.toMillis());
      Map<String, Long> now = open();
      boolean hasEnded =
          before.entrySet().stream().anyMatch(old -> !old.getValue().equals(now.get(old.getKey())));
      boolean hasBegun = now.values().stream().anyMatch(start -> start > newest);
      if (hasEnded && hasBegun) {
        return true;
      }
    }
    return false;
  }
}
