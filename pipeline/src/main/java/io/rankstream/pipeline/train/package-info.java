/** The operator that owns the models: predicts, trains, embeds, publishes and checkpoints. */
package io.rankstream.pipeline.train;
