/** The report and the outcome of a training step, and the guard that decides on the outcome. */
package io.rankstream.model.step;
