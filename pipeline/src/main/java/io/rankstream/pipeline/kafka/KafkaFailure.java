package io.rankstream.pipeline.kafka;

import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;

/** Advice on failures of a Kafka client. */
public final class KafkaFailure {

  private KafkaFailure() {}

  /** Advice for the user, or empty when the failure is not one of Kafka's that a user can fix. */
  public static Optional<String> advice(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      String advice = adviceAbout(each);
      if (advice != null) {
        return Optional.of(advice);
      }
    }

    return Optional.empty();
  }

  /** A failure in one sentence: the message of Kafka's client, the cause, and the advice. */
  public static String sentence(Throwable failure) {
    Throwable first = failure;
    while (first.getCause() != null && isWrapper(first)) {
      first = first.getCause();
    }
    Throwable root = first;
    while (root.getCause() != null) {
      root = root.getCause();
    }

    String what = first.getMessage() == null ? first.toString() : first.getMessage();
    String why = root.getMessage() == null ? root.toString() : root.getMessage();
    String whole = what.contains(why) ? what : what + ": " + why;
    return advice(failure).map(advice -> whole + " (" + advice + ")").orElse(whole);
  }

  private static boolean isWrapper(Throwable failure) {
    return failure instanceof java.util.concurrent.ExecutionException
        || failure.getClass() == org.apache.kafka.common.KafkaException.class;
  }

  private static String adviceAbout(Throwable failure) {
    if (failure instanceof SaslAuthenticationException
        || failure instanceof UnsupportedSaslMechanismException) {
      return "check sasl.mechanism and the user and password in sasl.jaas.config";
    }
    if (failure instanceof SslAuthenticationException) {
      return "check that it is a TLS listener, that ssl.truststore.location holds its certificate authority, and that its name is in the certificate";
    }
    if (failure instanceof AuthorizationException) {
      return "ask for this right on the Kafka cluster";
    }
    if (failure instanceof UnknownTopicOrPartitionException) {
      return "create the topic, or correct its name";
    }
    if (failure instanceof TimeoutException) {
      return "check that Kafka runs there, that the listener it advertises is reachable from here, and that security.protocol fits the listener";
    }
    if (failure instanceof IllegalArgumentException
        && String.valueOf(failure.getMessage()).contains("JAAS")) {
      return "set sasl.jaas.config, which has the user and the password";
    }
    if (failure instanceof ConfigException
        && String.valueOf(failure.getMessage()).contains("Invalid url")) {
      return "write HOST:PORT, such as localhost:9092";
    }
    if (failure instanceof ConfigException) {
      return "correct this Kafka setting";
    }

    return null;
  }
}
