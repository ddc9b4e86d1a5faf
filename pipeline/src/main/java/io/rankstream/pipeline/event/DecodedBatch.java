package io.rankstream.pipeline.event;

import io.rankstream.pipeline.event.MicroBatch.Purpose;
import io.rankstream.schemas.DeadLetter;
import java.util.List;

/**
 * A micro-batch of decoded images, without those that could not be decoded.
 *
 * @param stream stream that the images belong to
 * @param number position of the batch among the batches of its stream
 * @param purpose use of the batch
 * @param images one entry for each image in {@code pixels}, in order
 * @param pixels uint8, shape {@code [N, C, H, W]}, the images as they are
 * @param augmented uint8, shape {@code [N, C, H, W]}, the augmented images for training; empty when
 *     augmentation is off
 * @param rejected dead letters for images that could not be decoded, one for each image
 */
@SuppressWarnings(
    "ArrayRecordComponent") // Flink copies primitive arrays fast; the records are never compared
public record DecodedBatch(
    String stream,
    long number,
    Purpose purpose,
    List<DecodedImage> images,
    byte[] pixels,
    byte[] augmented,
    List<DeadLetter> rejected) {}
