package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import java.util.Objects;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * Remembers the recent images of a stream, so that an image that a producer sends again is trained
 * on once. An image is a repeat when identity, label and content equal those of a remembered one
 * and their event times differ by no more than the configured time. The same identity with another
 * label or another picture is a new image.
 *
 * <p>The number of remembered images is bounded. It depends on the input alone, never on the clock,
 * so a replay after a crash decides the same.
 */
final class RecentImages {

  /**
   * As many old images leave with each new one: the memory keeps pace with any stream, and a wrong
   * clock, which makes all others look old, costs no more than these.
   */
  private static final int AGED_AT_ONCE = 2;

  /** Whether an arrival may leave the memory, and why. */
  private enum Leave {
    NOT,
    REPLACED,
    OVER_CAPACITY,
    AGED
  }

  private final long withinMillis;
  private final int capacity;
  private final MapState<String, RecentImage> byId;
  private final MapState<Long, String> arrivals;
  private final ValueState<RecentSpan> span;

  RecentImages(RuntimeContext context, JobConfig.Repeats config) {
    withinMillis = config.within().toMillis();
    capacity = config.remembered();
    byId =
        context.getMapState(
            new MapStateDescriptor<>(
                "recent-images",
                context.createSerializer(Types.STRING),
                WindowState.shared(context, RecentImage.class)));
    arrivals =
        context.getMapState(new MapStateDescriptor<>("recent-arrivals", Types.LONG, Types.STRING));
    span =
        context.getState(
            new ValueStateDescriptor<>(
                "recent-span", WindowState.shared(context, RecentSpan.class)));
  }

  /** Whether an image repeats one that is remembered. */
  boolean isRepeat(AcceptedImage image) throws Exception {
    if (withinMillis == 0) {
      return false;
    }

    RecentImage known = byId.get(image.imageId());
    return known != null
        && known.digest() == image.digest()
        && Objects.equals(known.label(), image.label())
        && isNear(known.eventTime(), time(image));
  }

  /**
   * Remembers an image that was taken. One that went to the dead letters is not remembered, so that
   * it is taken when it is sent again.
   */
  void remember(AcceptedImage image) throws Exception {
    if (withinMillis == 0) {
      return;
    }

    RecentSpan known = span.value();
    long number = known == null ? 0 : known.next();
    byId.put(image.imageId(), new RecentImage(image.label(), image.digest(), time(image), number));
    arrivals.put(number, image.imageId());

    long oldest = known == null ? 0 : known.oldest();
    int aged = 0;
    while (oldest < number) {
      Leave leave = leave(oldest, number, time(image));
      if (leave == Leave.NOT || (leave == Leave.AGED && ++aged > AGED_AT_ONCE)) {
        break;
      }
      remove(oldest);
      oldest++;
    }
    span.update(new RecentSpan(oldest, number + 1));
  }

  /** Forgets an image, as if it had never come. */
  void forget(String imageId) throws Exception {
    RecentImage known = byId.get(imageId);
    if (known != null) {
      byId.remove(imageId);
      arrivals.remove(known.number());
    }
  }

  /** Whether an arrival may go: when a later one replaced it, too many came, or it is too old. */
  private Leave leave(long arrival, long newest, long now) throws Exception {
    RecentImage image = current(arrival);
    if (image == null) {
      return Leave.REPLACED;
    }
    if (newest - arrival >= capacity) {
      return Leave.OVER_CAPACITY;
    }

    return image.eventTime() < now && !isNear(image.eventTime(), now) ? Leave.AGED : Leave.NOT;
  }

  private void remove(long arrival) throws Exception {
    if (current(arrival) != null) {
      byId.remove(arrivals.get(arrival));
    }
    arrivals.remove(arrival);
  }

  /** What is remembered of an arrival, or null when a later one of its image replaced it. */
  private RecentImage current(long arrival) throws Exception {
    String id = arrivals.get(arrival);
    RecentImage image = id == null ? null : byId.get(id);
    return image == null || image.number() != arrival ? null : image;
  }

  /** The event time, but no later than Kafka's time of the record: it cannot have been later. */
  private static long time(AcceptedImage image) {
    long recorded = image.origin().timestamp();
    return recorded < 0 ? image.eventTime() : Math.min(image.eventTime(), recorded);
  }

  private boolean isNear(long one, long other) {
    return Math.abs((double) one - (double) other)
        <= withinMillis; // as doubles: extreme times cannot overflow
  }
}
