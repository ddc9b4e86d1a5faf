/** The command line. */
package io.rankstream.pipeline.cli;
