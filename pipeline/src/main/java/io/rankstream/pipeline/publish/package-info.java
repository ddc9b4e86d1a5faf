/**
 * Writes captured versions to files, beside the training: announces those to publish when their
 * checkpoint is complete, and hands others to the embedders.
 */
package io.rankstream.pipeline.publish;
