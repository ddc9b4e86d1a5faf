package io.rankstream.pipeline;

import io.rankstream.pipeline.epoch.Corpus;
import io.rankstream.pipeline.event.RawRecord;
import org.apache.flink.api.connector.source.Source;

/**
 * What a job that embeds in epochs reads beside its input.
 *
 * @param control source of the requests for epochs
 * @param corpus what the source of the images has, to read it again
 */
public record EpochEndpoints(Source<RawRecord, ?, ?> control, Corpus corpus) {}
