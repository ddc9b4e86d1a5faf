/** The operator that owns the models: predicts, trains, captures versions and checkpoints. */
package io.rankstream.pipeline.train;
