/** The commands that users run: the job and its tools. */
package io.rankstream.pipeline.cli;
