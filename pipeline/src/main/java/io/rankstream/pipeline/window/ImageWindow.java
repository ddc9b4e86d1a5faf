package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.event.WindowInput;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** A keyed window over the images of a stream, which can forget an image. */
abstract class ImageWindow extends KeyedProcessFunction<StreamKey, WindowInput, MicroBatch> {

  private static final long serialVersionUID = 1L;

  @Override
  public final void processElement(WindowInput input, Context context, Collector<MicroBatch> out)
      throws Exception {
    if (input.forgets()) {
      forget(input.forgottenId(), context, out);
    } else {
      process(input.image(), context, out);
    }
  }

  /** Takes an image. */
  abstract void process(AcceptedImage image, Context context, Collector<MicroBatch> out)
      throws Exception;

  /** Takes an image out, wherever it is, and lets its deletion follow the batches before. */
  abstract void forget(String imageId, Context context, Collector<MicroBatch> out) throws Exception;
}
