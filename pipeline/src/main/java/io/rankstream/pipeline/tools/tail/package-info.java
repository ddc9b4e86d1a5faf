/** Reads the output topics and prints their records. */
package io.rankstream.pipeline.tools.tail;
