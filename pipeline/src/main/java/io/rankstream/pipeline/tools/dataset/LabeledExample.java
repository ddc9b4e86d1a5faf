package io.rankstream.pipeline.tools.dataset;

/**
 * One image of a set.
 *
 * @param id id, unique within the set
 * @param label class name
 * @param encoded the image file
 */
@SuppressWarnings("ArrayRecordComponent") // examples are never compared
public record LabeledExample(String id, String label, byte[] encoded) {}
