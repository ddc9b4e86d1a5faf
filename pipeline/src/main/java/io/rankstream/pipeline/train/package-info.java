/**
 * The operator that owns the models: predicts, trains, embeds, captures versions and checkpoints.
 */
package io.rankstream.pipeline.train;
