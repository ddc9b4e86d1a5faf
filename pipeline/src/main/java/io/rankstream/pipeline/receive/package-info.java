/**
 * Checks each input record, or each element of a program's own source, and decodes its image to the
 * size of the model's input.
 */
package io.rankstream.pipeline.receive;
