/** Embeds images with versions of the models that the trainers hand over. */
package io.rankstream.pipeline.embed;
