/** Publishes image sets to the input topic. */
package io.rankstream.pipeline.tools.feed;
