/** Scores published models on held-out images, and reads models from checkpoints. */
package io.rankstream.pipeline.tools.evaluate;
