package io.rankstream.pipeline.receive;

import java.io.Serializable;
import java.time.Instant;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Tells how to take images from the elements of a program's own source. Immutable.
 *
 * <pre>
 *   ImageMapping.&lt;Photo&gt;ofEncoded(Photo::path, Photo::bytes).withLabel(Photo::album)
 * </pre>
 *
 * <p>A function that throws ends the job: it would throw again for the same element.
 *
 * @param <T> type of the elements
 */
public final class ImageMapping<T> implements Serializable {

  private static final long serialVersionUID = 1L;

  private final SerializableFunction<T, String> id;
  private final SerializableFunction<T, byte[]> image;
  private final boolean isDecoded;
  private final SerializableFunction<T, String> stream;
  private final SerializableFunction<T, String> label;
  private final SerializableFunction<T, Instant> eventTime;
  private final SerializableFunction<T, Boolean> deletion;

  private ImageMapping(
      SerializableFunction<T, String> id,
      SerializableFunction<T, byte[]> image,
      boolean isDecoded,
      SerializableFunction<T, String> stream,
      SerializableFunction<T, String> label,
      SerializableFunction<T, Instant> eventTime,
      SerializableFunction<T, Boolean> deletion) {
    this.id = id;
    this.image = image;
    this.isDecoded = isDecoded;
    this.stream = stream;
    this.label = label;
    this.eventTime = eventTime;
    this.deletion = deletion;
  }

  /**
   * Elements with encoded images: JPEG, PNG, GIF, BMP, WebP or TIFF. The images have no label, are
   * of the stream {@code default}, and have the element's timestamp as event time, or the time of
   * arrival where it has none.
   *
   * @param id stable identity of the image in its stream
   * @param image the bytes of the file
   */
  public static <T> ImageMapping<T> ofEncoded(
      SerializableFunction<T, String> id, SerializableFunction<T, byte[]> image) {
    return new ImageMapping<>(
        id, image, false, each -> "default", each -> null, each -> null, each -> false);
  }

  /**
   * Elements with pixels: uint8, {@code [C, H, W]} with the channels and the size of the model's
   * input. Nobody may change an array afterwards. For the rest see {@link #ofEncoded}.
   */
  public static <T> ImageMapping<T> ofPixels(
      SerializableFunction<T, String> id, SerializableFunction<T, byte[]> image) {
    return new ImageMapping<>(
        id, image, true, each -> "default", each -> null, each -> null, each -> false);
  }

  /**
   * The same with the name of a stream, which selects the model. It has to be one of {@code
   * input.streams}.
   */
  public ImageMapping<T> withStream(SerializableFunction<T, String> name) {
    return new ImageMapping<>(id, image, isDecoded, name, label, eventTime, deletion);
  }

  /** The same with a class name; null for an image that is embedded and not trained on. */
  public ImageMapping<T> withLabel(SerializableFunction<T, String> name) {
    return new ImageMapping<>(id, image, isDecoded, stream, name, eventTime, deletion);
  }

  /** The same with the time at which the image was taken; null where nobody knows. */
  public ImageMapping<T> withEventTime(SerializableFunction<T, Instant> time) {
    return new ImageMapping<>(id, image, isDecoded, stream, label, time, deletion);
  }

  /**
   * The same with elements that delete: the window forgets the image with their stream and id, and
   * the end of its embedding is emitted. Their image, label and time are not asked for.
   */
  public ImageMapping<T> withDeletion(SerializableFunction<T, Boolean> deletes) {
    return new ImageMapping<>(id, image, isDecoded, stream, label, eventTime, deletes);
  }

  String id(T element) {
    String value = of(element, "id", id);
    return value == null ? "" : value;
  }

  String stream(T element) {
    String value = of(element, "stream", stream);
    return value == null ? "" : value;
  }

  /** The label, or null. */
  String label(T element) {
    return of(element, "label", label);
  }

  long eventTime(T element, long otherwise) {
    Instant value = of(element, "event time", eventTime);
    return value == null ? otherwise : value.toEpochMilli();
  }

  byte[] image(T element) {
    byte[] value = of(element, "image", image);
    return value == null ? new byte[0] : value;
  }

  boolean isDecoded() {
    return isDecoded;
  }

  boolean deletes(T element) {
    return Boolean.TRUE.equals(of(element, "deletion", deletion));
  }

  private static <T, R> R of(T element, String what, SerializableFunction<T, R> function) {
    try {
      return function.apply(element);
    } catch (RuntimeException e) {
      throw new SuppressRestartsException(
          new IllegalStateException(
              "The function that takes the %s from an element of the source failed (%s): let it return null for such an element, or filter it out before"
                  .formatted(what, e),
              e));
    }
  }
}
