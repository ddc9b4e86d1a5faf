package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.AcceptedImage;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WindowStateTest {

  private final AcceptedImage image = Fixtures.image(1, "a", 10);
  private final FreshImage fresh = new FreshImage(7, image);
  private KeyedStateHarness harness;
  private WindowState state;

  @BeforeEach
  void open() throws Exception {
    harness = new KeyedStateHarness();
    state = new WindowState(harness.context());
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void anOpenCheckpointCopiesNoImage() throws Exception {
    state.fresh("a", 0, fresh);
    state.keep("a", 0, image);
    state.queueForEmbedding(image);

    harness.beginCheckpoint();

    assertThat(state.fresh("a", 0)).isSameAs(fresh);
    assertThat(state.kept("a", 0)).isSameAs(image);
    assertThat(state.takeEmbeddingQueue()).singleElement().isSameAs(image);
  }

  @Test
  void anOpenCheckpointCopiesNoLedger() throws Exception {
    ClassLedger ledger = ClassLedger.first(3);
    state.ledger("a", ledger);

    harness.beginCheckpoint();

    assertThat(state.ledgers()).singleElement().extracting(e -> e.getValue()).isSameAs(ledger);
  }

  @Test
  void findsImagesById() throws Exception {
    state.fresh("a", 4, fresh);
    state.keep("b", 5, image);
    state.keep("b", 6, Fixtures.image(2, "b", 10));

    assertThat(state.findFresh("image-1")).isEqualTo(List.of(new ImageKey("a", 4)));
    assertThat(state.findKept("image-1")).isEqualTo(List.of(new ImageKey("b", 5)));
    assertThat(state.findFresh("image-2")).isEmpty();
  }
}
