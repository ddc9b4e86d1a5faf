package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.AcceptedImage;
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

    harness.beginCheckpoint();

    assertThat(state.fresh("a", 0)).isSameAs(fresh);
    assertThat(state.kept("a", 0)).isSameAs(image);
  }

  @Test
  void anOpenCheckpointCopiesNoLedger() throws Exception {
    ClassLedger ledger = ClassLedger.first(3);
    state.ledger("a", ledger);

    harness.beginCheckpoint();

    assertThat(state.ledgers()).singleElement().extracting(e -> e.getValue()).isSameAs(ledger);
  }
}
