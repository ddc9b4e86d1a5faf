/** The operator that embeds every image with the versions that the trainer hands over. */
package io.rankstream.pipeline.embed;
