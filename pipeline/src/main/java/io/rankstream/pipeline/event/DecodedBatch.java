package io.rankstream.pipeline.event;

import io.rankstream.pipeline.event.MicroBatch.Purpose;
import io.rankstream.schemas.DeadLetter;
import java.util.List;

/**
 * A micro-batch whose images are pixels. Images that could not be decoded are not in it.
 *
 * @param stream stream that the images belong to
 * @param number position of the batch among the batches of its stream
 * @param purpose what the model does with the images
 * @param images one entry for each image in {@code pixels}, in order
 * @param pixels uint8, shape {@code [N, C, H, W]}, the images as they are
 * @param augmented uint8, shape {@code [N, C, H, W]}, the images as the model trains on them; empty
 *     when nothing augments them
 * @param rejected dead letters for the images that could not be decoded, each told once
 */
@SuppressWarnings(
    "ArrayRecordComponent") // Flink copies primitive arrays fast; nobody compares records
public record DecodedBatch(
    String stream,
    long number,
    Purpose purpose,
    List<DecodedImage> images,
    byte[] pixels,
    byte[] augmented,
    List<DeadLetter> rejected) {}
