package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SecretsTest {

  @Test
  void turnsProvidersOnWhereTheyAreNeeded() {
    Map<String, String> plain = new TreeMap<>(Map.of("client.id", "a"));
    Map<String, String> referring = new TreeMap<>(Map.of("ssl.key.password", "${env:KEY}"));
    Map<String, String> own =
        new TreeMap<>(Map.of("ssl.key.password", "${env:KEY}", "config.providers", "vault"));

    Secrets.turnOnProviders(plain);
    Secrets.turnOnProviders(referring);
    Secrets.turnOnProviders(own);

    assertThat(plain).containsOnlyKeys("client.id");
    assertThat(referring)
        .containsEntry("config.providers", "env,file,dir")
        .containsKeys("config.providers.env.class", "ssl.key.password");
    assertThat(own).hasSize(2).containsEntry("config.providers", "vault");
  }

  @Test
  void namesEnvironmentVariablesThatAreNotSet() {
    assertThat(Secrets.missing(Map.of("a", "${env:PATH}", "b", "x${env:NO_SUCH_NAME}y"), "kafka."))
        .containsExactly("The environment variable NO_SUCH_NAME that kafka.b names is not set");
  }

  @Test
  void hidesPasswords() {
    assertThat(Secrets.hide("username=\"u\" password=\"a b\\\"c\" x=1;"))
        .isEqualTo("username=\"u\" password=(hidden) x=1;");
    assertThat(Secrets.hide("--kafka.ssl.key.password=abc;rest"))
        .isEqualTo("--kafka.ssl.key.password=(hidden);rest");
    assertThat(Secrets.hide("clientSecret = 'a b'")).isEqualTo("clientSecret = (hidden)");
    assertThat(Secrets.hide("http://x:1?token=abc&api-key=def"))
        .isEqualTo("http://x:1?token=(hidden)");
    assertThat(Secrets.hide("check the password in it")).isEqualTo("check the password in it");
  }

  @Test
  void hidesTheValuesOfSecretKeysOnACommandLine() {
    assertThat(
            Secrets.hide(
                List.of(
                    "run",
                    "--kafka.ssl.key.password",
                    "geheim",
                    "--kafka.sasl.jaas.config=Login user=x geheim;",
                    "--batch.classes",
                    "4")))
        .containsExactly(
            "run",
            "--kafka.ssl.key.password",
            "(hidden)",
            "--kafka.sasl.jaas.config=(hidden)",
            "--batch.classes",
            "4");
    List<String> referring =
        List.of("--kafka.ssl.key.password", "${env:KEY}", "--kafka.ssl.truststore.location", "x");
    assertThat(Secrets.hide(referring)).isEqualTo(referring);
  }
}
