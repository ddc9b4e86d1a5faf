package io.rankstream.lab.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.schemas.LabeledImage;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultyRegistryTest {

  private FaultyRegistry registry;

  @BeforeEach
  void start() throws Exception {
    registry = new FaultyRegistry(LabeledImage.getClassSchema());
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void hasTheSchemaOrRefusesTheId() throws Exception {
    assertThat(get(1).body()).contains("LabeledImage");
    for (int id = 0; id < 20; id++) {
      assertThat(get(id).statusCode() == 200).isEqualTo(FaultyRegistry.has(id));
    }
    assertThat(get(7).body()).contains("40403");
  }

  @Test
  void canBeDownAndGarbled() throws Exception {
    registry.become(RegistryState.DOWN);
    assertThat(get(1).statusCode()).isEqualTo(503);

    registry.become(RegistryState.GARBAGE);
    assertThat(get(1).body()).startsWith("<html>");
  }

  @Test
  void whoWaitsInSilenceHasAnAnswerWhenItIsOver() throws Exception {
    registry.become(RegistryState.SILENT);
    CompletableFuture<HttpResponse<String>> answer =
        HttpClient.newHttpClient().sendAsync(request(1), HttpResponse.BodyHandlers.ofString());
    assertThat(answer).isNotDone();

    registry.become(RegistryState.WELL);

    assertThat(answer.get().statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> get(int id) throws Exception {
    return HttpClient.newHttpClient().send(request(id), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest request(int id) {
    return HttpRequest.newBuilder(URI.create(registry.url() + "/schemas/ids/" + id)).build();
  }
}
