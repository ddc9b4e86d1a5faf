/** Checks each input record and decodes its image to the size of the model's input. */
package io.rankstream.pipeline.receive;
