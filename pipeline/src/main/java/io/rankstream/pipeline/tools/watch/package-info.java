/**
 * The live page: what the output topics of a running job tell, in bounded memory, behind a small
 * HTTP server. Kafka is all that it needs of the job.
 */
package io.rankstream.pipeline.tools.watch;
