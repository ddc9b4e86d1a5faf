/** From encoded images to pixels, on a thread pool and in order. */
package io.rankstream.pipeline.decode;
