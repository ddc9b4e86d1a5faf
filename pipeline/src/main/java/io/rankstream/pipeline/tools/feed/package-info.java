/** Publishes image sets to the input topic, and deletions. */
package io.rankstream.pipeline.tools.feed;
