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
        && isNear(known.eventTime(), image.eventTime());
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
    byId.put(
        image.imageId(), new RecentImage(image.label(), image.digest(), image.eventTime(), number));
    arrivals.put(number, image.imageId());

    long oldest = known == null ? 0 : known.oldest();
    while (oldest < number && mayForget(oldest, number, image.eventTime())) {
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

  /**
   * Lets an arrival go when there are too many, when it is too old, or when a later one replaced
   * it.
   */
  private boolean mayForget(long arrival, long newest, long now) throws Exception {
    String id = arrivals.get(arrival);
    RecentImage image = id == null ? null : byId.get(id);
    boolean isReplaced = image == null || image.number() != arrival;
    boolean isTooOld = !isReplaced && image.eventTime() < now && !isNear(image.eventTime(), now);
    if (!isReplaced && !isTooOld && newest - arrival < capacity) {
      return false;
    }

    if (!isReplaced) {
      byId.remove(id);
    }
    arrivals.remove(arrival);
    return true;
  }

  private boolean isNear(long one, long other) {
    return Math.abs((double) one - (double) other)
        <= withinMillis; // as doubles: extreme times cannot overflow
  }
}
