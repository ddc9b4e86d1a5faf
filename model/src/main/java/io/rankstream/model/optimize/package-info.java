/** Updates of flat parameter buffers. Nothing here is differentiated. */
package io.rankstream.model.optimize;
