import java.io.IOException;
import org.apache.kafka.common.KafkaException;

/** Starts a program that searches, and ends it with one sentence when it cannot go on. */
final class SearchProgram {

  /** What a program does until it is stopped. */
  interface Work {
    void run() throws IOException;
  }

  private SearchProgram() {}

  static void run(String servers, Work work) {
    try {
      work.run();
    } catch (KafkaException e) {
      stop(
          "Kafka at %s does not do what is asked (%s): start it, or correct the address"
              .formatted(servers, reason(e)));
    } catch (IllegalArgumentException | IOException e) {
      stop(e.getMessage());
    }
  }

  /** The innermost cause says most. */
  private static String reason(Throwable failure) {
    return failure.getCause() == null ? failure.getMessage() : reason(failure.getCause());
  }

  private static void stop(String message) {
    System.err.println("error: " + message);
    System.exit(1);
  }
}
