package io.rankstream.pipeline.drift;

import io.rankstream.pipeline.drift.AnchorInput.Kind;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.ImageInput;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.util.Collector;

/**
 * Chooses the images that may become anchors, in the task that received them, so that the pixels of
 * the others do not go over the network for this: the first images of each class, as many as there
 * are anchors, and then each {@value #LATER_SHARE}th, for the places that forgotten ones leave.
 *
 * <p>It remembers what it has seen in memory alone. What a restart makes it forget, or the bound of
 * its memory, only lets more images pass.
 */
public final class OfferAnchors extends RichFlatMapFunction<ImageInput, AnchorInput> {

  private static final long serialVersionUID = 1L;

  private static final int REMEMBERED_CLASSES = 10_000;
  static final int LATER_SHARE = 16;

  private final int anchors;

  private transient Map<String, Integer> seen;

  /**
   * @param anchors anchors of each stream
   */
  public OfferAnchors(int anchors) {
    this.anchors = anchors;
  }

  @Override
  public void open(OpenContext context) {
    seen =
        new LinkedHashMap<>(16, 0.75f, true) { // forgets the class that was seen longest ago
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > REMEMBERED_CLASSES;
          }
        };
  }

  @Override
  public void flatMap(ImageInput input, Collector<AnchorInput> out) {
    if (input.forgets()) {
      out.collect(new AnchorInput(Kind.FORGET, input.key(), input.imageId(), null, 0, null));
      return;
    }

    AcceptedImage image = input.image();
    int number =
        seen.merge(
            image.stream() + "\n" + image.label(),
            1,
            (count, one) -> count % Integer.MAX_VALUE + one);
    boolean offered = number <= anchors || number % LATER_SHARE == 0;
    out.collect(
        new AnchorInput(
            offered ? Kind.OFFER : Kind.PASS,
            image.key(),
            image.imageId(),
            image.label(),
            image.digest(),
            offered ? image.pixels() : null));
  }

  /** Classes whose images are counted. */
  int rememberedClasses() {
    return seen.size();
  }
}
