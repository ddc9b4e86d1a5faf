package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.event.Origin;
import java.io.IOException;
import java.time.Duration;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * Remembers for a day where the order stands to forget an image. An image that the window sends to
 * be embedded again takes another way than the order, and may come after it: it would bring the
 * deleted embedding back. The state has the key of the image.
 */
final class ForgottenImages {

  /** Far longer than an image stays between two operators. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  private final ValueState<Origin> orders;

  ForgottenImages(RuntimeContext context) {
    ValueStateDescriptor<Origin> descriptor =
        new ValueStateDescriptor<>("forgotten-at", TypeInformation.of(Origin.class));
    descriptor.enableTimeToLive(StateTtlConfig.newBuilder(REMEMBERED).build());
    orders = context.getState(descriptor);
  }

  /** Remembers the order to forget the image of the current key. */
  void forget(Origin order) throws IOException {
    orders.update(order);
  }

  /** Whether the image of the current key was taken before the last order to forget it. */
  boolean isForgotten(Origin image) throws IOException {
    Origin order = orders.value();
    // In two partitions, which a producer with another partitioner causes, nothing tells the order.
    return order != null
        && (order.partition() != image.partition() || order.offset() > image.offset());
  }
}
