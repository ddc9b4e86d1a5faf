package io.rankstream.pipeline.tools.dataset;

/**
 * One image of a set.
 *
 * @param id identity within the set
 * @param label class name
 * @param encoded JPEG or PNG
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier; nobody compares examples
public record LabeledExample(String id, String label, byte[] encoded) {}
