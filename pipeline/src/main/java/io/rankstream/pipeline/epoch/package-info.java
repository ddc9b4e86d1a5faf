/**
 * Opens epochs, reads the input topic again for them while the job reads on, and marks what happens
 * to them.
 */
package io.rankstream.pipeline.epoch;
