package io.rankstream.pipeline.tools.feed;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.LabeledExample;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeedLimitsTest {

  private static final FeedPlan PLAN = new FeedPlan("images", "default", 0, 0, 7);
  private static final Noise SET = new Noise();

  /** Pictures of 10, 60 and 50 pixels on a side. */
  private static final class Noise implements ImageDataset {

    private static final int[] SIDES = {10, 60, 50};

    @Override
    public String name() {
      return "noise";
    }

    @Override
    public List<String> classes() {
      return List.of("grey");
    }

    @Override
    public int size() {
      return SIDES.length;
    }

    @Override
    public int classOf(int index) {
      return 0;
    }

    @Override
    public String id(int index) {
      return "side-" + SIDES[index];
    }

    @Override
    public LabeledExample example(int index) {
      return new LabeledExample(id(index), "grey", Fixtures.noise(SIDES[index], SIDES[index]));
    }
  }

  private static long bytes(int index) throws IOException {
    return FeedLimits.bytes(ImageFeeder.record(PLAN, SET.example(index), Instant.EPOCH));
  }

  @Test
  void aRecordOfExactlyTheLimitIsTaken() throws Exception {
    FeedLimits limits = new FeedLimits(bytes(1), bytes(1));

    assertThatCode(() -> limits.require(SET, PLAN)).doesNotThrowAnyException();
  }

  @Test
  void namesTheFirstImageTheTopicAndTheSizeThatAllNeed() throws Exception {
    FeedLimits limits = new FeedLimits(1 << 20, bytes(2) - 1);

    assertThatThrownBy(() -> limits.require(SET, PLAN))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "2 of 3 images are too large for the topic images, whose max.message.bytes is %d. The first is side-60 (%d bytes). Nothing was sent: set max.message.bytes of the topic to at least %d, or scale the images down",
            bytes(2) - 1, bytes(1), bytes(1));
  }

  @Test
  void namesTheProducerWhereItsLimitIsLower() throws Exception {
    FeedLimits limits = new FeedLimits(bytes(1) - 1, 1 << 20);

    assertThatThrownBy(() -> limits.require(SET, PLAN))
        .hasMessageContaining(
            "1 of 3 images are too large for the producer, whose max.request.size is")
        .hasMessageContaining("set max.request.size of the producer to at least " + bytes(1));
  }
}
