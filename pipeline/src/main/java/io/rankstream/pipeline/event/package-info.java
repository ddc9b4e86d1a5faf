/** The records that travel between operators, and the names of the operators. */
package io.rankstream.pipeline.event;
