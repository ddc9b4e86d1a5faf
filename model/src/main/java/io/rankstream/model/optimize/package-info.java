/** Optimizers, learning-rate schedules and averaged weights over flat vectors. */
package io.rankstream.model.optimize;
