/** The live page: reads the output topics in bounded memory and serves the page over HTTP. */
package io.rankstream.pipeline.tools.watch;
