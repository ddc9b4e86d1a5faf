/** Scores published models on images that they have not seen. */
package io.rankstream.pipeline.tools.evaluate;
