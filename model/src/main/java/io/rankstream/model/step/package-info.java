/** One training step from outside: its report, its outcome, and the guard that decides on it. */
package io.rankstream.model.step;
