/**
 * Writes captured versions to files, beside the training, and announces them when their checkpoint
 * is complete.
 */
package io.rankstream.pipeline.publish;
