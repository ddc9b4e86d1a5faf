package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** A keyed window over the images of a stream, which can forget an image. */
abstract class ImageWindow extends KeyedProcessFunction<StreamKey, ImageInput, MicroBatch> {

  private static final long serialVersionUID = 1L;

  @Override
  public final void processElement(ImageInput input, Context context, Collector<MicroBatch> out)
      throws Exception {
    if (input.forgets()) {
      forget(input.imageId(), context);
    } else {
      process(input.image(), context, out);
    }
  }

  /** Takes an image. */
  abstract void process(AcceptedImage image, Context context, Collector<MicroBatch> out)
      throws Exception;

  /** Takes an image out, wherever it is. */
  abstract void forget(String imageId, Context context) throws Exception;
}
