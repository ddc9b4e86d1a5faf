package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.AcceptedImage;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecentImagesTest {

  private static final int MINUTE = 60_000;
  private static final long RECORDED = Fixtures.origin(0).timestamp();

  private KeyedStateHarness harness;

  @BeforeEach
  void open() throws Exception {
    harness = new KeyedStateHarness();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void theSameImageIsARepeat() throws Exception {
    RecentImages recent = remembering(10, "1 min");

    assertThat(recent.isRepeat(image("1", "a", 7, 0))).isFalse();
    recent.remember(image("1", "a", 7, 0));

    assertThat(recent.isRepeat(image("1", "a", 7, 0))).isTrue();
    assertThat(recent.isRepeat(image("2", "a", 7, 0))).isFalse();
  }

  @Test
  void anotherLabelOrAnotherPictureIsANewImage() throws Exception {
    RecentImages recent = remembering(10, "1 min");
    recent.remember(image("1", "a", 7, 0));

    assertThat(recent.isRepeat(image("1", "b", 7, 0))).isFalse();
    assertThat(recent.isRepeat(image("1", "b", 8, 0))).isFalse();
    assertThat(recent.isRepeat(image("1", null, 7, 0))).isFalse();
    recent.remember(image("1", null, 8, 0));

    assertThat(recent.isRepeat(image("1", null, 8, 0))).isTrue();
    assertThat(recent.isRepeat(image("1", "a", 7, 0))).isFalse(); // the last one counts
  }

  @Test
  void aRepeatLiesWithinTheConfiguredTimeBeforeOrAfter() throws Exception {
    RecentImages recent = remembering(10, "1 min");
    recent.remember(image("1", "a", 7, MINUTE));

    assertThat(recent.isRepeat(image("1", "a", 7, 2 * MINUTE))).isTrue();
    assertThat(recent.isRepeat(image("1", "a", 7, 0))).isTrue();
    assertThat(recent.isRepeat(image("1", "a", 7, 2 * MINUTE + 1))).isFalse();
  }

  @Test
  void forgetsTheOldestImagesOverItsCapacity() throws Exception {
    RecentImages recent = remembering(10, "1 min");
    for (int id = 0; id < 11; id++) {
      recent.remember(image("" + id, "a", 7, 0));
    }

    assertThat(recent.isRepeat(image("10", "a", 7, 0))).isTrue();
    assertThat(recent.isRepeat(image("1", "a", 7, 0))).isTrue();
    assertThat(recent.isRepeat(image("0", "a", 7, 0))).isFalse();
  }

  @Test
  void itsStateDoesNotGrowWithTheStream() throws Exception {
    RecentImages recent = remembering(10, "1 min");
    for (int id = 0; id < 1_000; id++) {
      recent.remember(image("" + id % 50, "a", id, id));
    }

    assertThat(remembered()).isEqualTo(10);
  }

  @Test
  void imagesThatAreTooOldLeaveTheState() throws Exception {
    RecentImages recent = remembering(1_000, "1 min");
    for (int id = 0; id < 100; id++) {
      recent.remember(image("" + id, "a", 7, 0));
    }
    for (int id = 0; id < 100; id++) {
      recent.remember(image("late-" + id, "a", 7, 10 * MINUTE));
    }

    assertThat(remembered()).isEqualTo(100);
    assertThat(recent.isRepeat(image("late-0", "a", 7, 10 * MINUTE))).isTrue();
  }

  @Test
  void anEventTimeBeyondThatOfTheRecordMakesNothingOld() throws Exception {
    RecentImages recent = remembering(1_000, "1 min");
    for (int id = 0; id < 100; id++) {
      recent.remember(image("" + id, "a", 7, RECORDED));
    }
    for (int id = 0; id < 1_000 - 100; id++) {
      recent.remember(image("wrong-" + id, "a", 7, Long.MAX_VALUE - id));
    }

    assertThat(remembered()).isEqualTo(1_000);
    assertThat(recent.isRepeat(image("0", "a", 7, RECORDED))).isTrue();
    assertThat(recent.isRepeat(image("wrong-0", "a", 7, Long.MAX_VALUE))).isTrue();
  }

  @Test
  void aClockThatIsWrongInTheRecordTooMakesFewImagesOld() throws Exception {
    RecentImages recent = remembering(1_000, "1 min");
    for (int id = 0; id < 100; id++) {
      recent.remember(image("" + id, "a", 7, 0));
    }
    recent.remember(image("wrong", "a", 7, RECORDED));

    assertThat(remembered()).isEqualTo(99);
    assertThat(recent.isRepeat(image("99", "a", 7, 0))).isTrue();
  }

  @Test
  void anImageThatIsForgottenLeavesNoTraceAndMayComeAgain() throws Exception {
    RecentImages recent = remembering(10, "1 min");
    for (int id = 0; id < 5; id++) {
      recent.remember(image("" + id, "a", 7, 0));
    }

    recent.forget("2");
    recent.forget("unknown");

    assertThat(recent.isRepeat(image("2", "a", 7, 0))).isFalse();
    assertThat(remembered()).isEqualTo(4);
    for (int id = 10; id < 30; id++) { // the gap in the arrivals does not stop the others leaving
      recent.remember(image("" + id, "a", 7, 0));
    }
    assertThat(remembered()).isEqualTo(10);
  }

  @Test
  void remembersNothingWhenRepeatsAreOff() throws Exception {
    RecentImages recent = remembering(10, "0 ms");
    AcceptedImage image = image("1", "a", 7, 0);

    recent.remember(image);

    assertThat(recent.isRepeat(image)).isFalse();
    assertThat(remembered()).isZero();
  }

  private RecentImages remembering(int images, String within) {
    return new RecentImages(
        harness.context(),
        Fixtures.config("repeats.within", within, "repeats.remembered", Integer.toString(images))
            .window()
            .repeats());
  }

  /** Images in the state, which has as many arrivals. */
  private int remembered() throws Exception {
    int images =
        harness.entries("recent-images", Types.STRING, TypeInformation.of(RecentImage.class));
    assertThat(harness.entries("recent-arrivals", Types.LONG, Types.STRING)).isEqualTo(images);
    return images;
  }

  private static AcceptedImage image(String id, String label, int digest, long eventTime) {
    return new AcceptedImage(
        id, Fixtures.key("default"), label, eventTime, digest, new byte[1], Fixtures.origin(0));
  }
}
