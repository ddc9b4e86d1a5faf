/** The operator that owns the models: prequential prediction, fine-tuning step, embeddings. */
package io.rankstream.pipeline.train;
