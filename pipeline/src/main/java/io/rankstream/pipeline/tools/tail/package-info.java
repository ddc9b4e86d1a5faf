/** Reads the output topics for people and scripts. */
package io.rankstream.pipeline.tools.tail;
