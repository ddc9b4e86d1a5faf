/** Sends the records of dead letters to the input topic again, each once. */
package io.rankstream.pipeline.tools.redrive;
