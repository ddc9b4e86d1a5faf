/** Decodes the images of a batch on a thread pool and keeps the order of the batches. */
package io.rankstream.pipeline.decode;
