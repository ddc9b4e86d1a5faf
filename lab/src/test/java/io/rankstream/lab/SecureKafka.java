package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.local.EmbeddedKafka;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A broker that accepts only clients with TLS and a password (SCRAM), checks the rights of each
 * user, and has a certificate from the JDK's keytool.
 */
public final class SecureKafka implements AutoCloseable {

  /** A user without any right. */
  public static final String STRANGER = "stranger";

  /** A user with the rights of {@link #grant} alone. */
  public static final String WORKER = "worker";

  /** A user with all rights. */
  public static final String USER = "rankstream";

  public static final String PASSWORD = "correct-horse-battery";

  private static final String STORE_PASSWORD = "store-secret-17";

  private final Path directory;
  private final EmbeddedKafka broker;

  public SecureKafka(Path directory) throws Exception {
    this.directory = Files.createDirectories(directory);
    keytool("-genkeypair", "-keystore", keys(), "-alias", "broker", "-keyalg", "EC")
        .add("-dname", "CN=localhost", "-ext", "SAN=dns:localhost,ip:127.0.0.1", "-validity", "2")
        .run();
    keytool("-exportcert", "-keystore", keys(), "-alias", "broker", "-rfc")
        .add("-file", path("broker.pem"))
        .run();
    keytool("-importcert", "-keystore", trust(), "-alias", "broker", "-noprompt")
        .add("-file", path("broker.pem"))
        .run();
    broker = EmbeddedKafka.start(directory.resolve("kafka"), brokerSettings(), users());
  }

  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** Client settings of a user; the password may be a reference to a secret. */
  public Map<String, String> clients(String user, String password) {
    Map<String, String> clients = new HashMap<>();
    clients.put("bootstrap.servers", broker.bootstrapServers());
    clients.put("security.protocol", "SASL_SSL");
    clients.put("sasl.mechanism", "SCRAM-SHA-512");
    clients.put("sasl.jaas.config", login(user, password));
    clients.put("ssl.truststore.location", trust());
    clients.put("ssl.truststore.password", STORE_PASSWORD);
    return clients;
  }

  /** Gives the worker a right on a resource, or on all resources whose names have a prefix. */
  public void grant(ResourceType type, String name, PatternType pattern, AclOperation right)
      throws Exception {
    try (Admin admin = admin()) {
      admin
          .createAcls(
              List.of(new AclBinding(new ResourcePattern(type, name, pattern), ofWorker(right))))
          .all()
          .get();
    }
  }

  /** Takes a right on one resource from the worker. */
  public void revoke(ResourceType type, String name, AclOperation right) throws Exception {
    try (Admin admin = admin()) {
      admin
          .deleteAcls(
              List.of(
                  new AclBinding(
                          new ResourcePattern(type, name, PatternType.LITERAL), ofWorker(right))
                      .toFilter()))
          .all()
          .get();
    }
  }

  private Admin admin() {
    return Admin.create(new HashMap<>(clients(USER, PASSWORD)));
  }

  private static AccessControlEntry ofWorker(AclOperation right) {
    return new AccessControlEntry("User:" + WORKER, "*", right, AclPermissionType.ALLOW);
  }

  /** Writes client settings to a file for the commands; each key gets the prefix. */
  public Path file(String name, Map<String, String> clients, String prefix) throws IOException {
    Properties properties = new Properties();
    clients.forEach((key, value) -> properties.put(prefix + key, value));
    Path file = directory.resolve(name);
    try (var writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      properties.store(writer, null);
    }
    return file;
  }

  @Override
  public void close() {
    broker.close();
  }

  private Map<String, String> brokerSettings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("listener.security.protocol.map", "CLIENTS:SASL_SSL,CONTROLLER:PLAINTEXT");
    settings.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
    settings.put("sasl.mechanism.inter.broker.protocol", "SCRAM-SHA-512");
    settings.put("listener.name.clients.scram-sha-512.sasl.jaas.config", login(USER, PASSWORD));
    settings.put("ssl.keystore.location", keys());
    settings.put("ssl.keystore.password", STORE_PASSWORD);
    settings.put("ssl.truststore.location", trust());
    settings.put("ssl.truststore.password", STORE_PASSWORD);
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    settings.put("super.users", "User:ANONYMOUS;User:" + USER); // the controller has no login
    return settings;
  }

  private static List<String> users() {
    return List.of(
        "SCRAM-SHA-512=[name=%s,password=%s]".formatted(USER, PASSWORD),
        "SCRAM-SHA-512=[name=%s,password=%s]".formatted(WORKER, PASSWORD),
        "SCRAM-SHA-512=[name=%s,password=%s]".formatted(STRANGER, PASSWORD));
  }

  private static String login(String user, String password) {
    return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
        .formatted(user, password);
  }

  private String keys() {
    return path("keys.p12");
  }

  private String trust() {
    return path("trust.p12");
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private static Keytool keytool(String... arguments) {
    return new Keytool().add(arguments);
  }

  private static final class Keytool {

    private final List<String> command = new ArrayList<>();

    Keytool() {
      command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    }

    Keytool add(String... arguments) {
      command.addAll(List.of(arguments));
      return this;
    }

    void run() throws IOException, InterruptedException {
      command.addAll(List.of("-storetype", "PKCS12", "-storepass", STORE_PASSWORD));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).describedAs(output).isZero();
    }
  }
}
