/**
 * The operators that embed every image, with the versions that the trainer hands over or in epochs.
 */
package io.rankstream.pipeline.embed;
