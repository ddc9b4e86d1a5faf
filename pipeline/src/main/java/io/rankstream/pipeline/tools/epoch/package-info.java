/** Asks jobs for epochs, and tells what became of them. */
package io.rankstream.pipeline.tools.epoch;
