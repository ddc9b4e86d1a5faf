package io.rankstream.pipeline.flink;

import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/**
 * A complete checkpoint or savepoint on this machine.
 *
 * @param path its directory, which a job can start from
 * @param written when it was completed
 * @param job id of the job that wrote it; of a savepoint only the first digits
 */
public record SavedState(Path path, FileTime written, String job) {}
