/** From Kafka records to accepted images: envelope, names and image header. */
package io.rankstream.pipeline.parse;
