/** Checks each input record: envelope, names and image header. */
package io.rankstream.pipeline.parse;
