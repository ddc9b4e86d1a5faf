/**
 * Compares losses and samplers: trains each arm with the real job and scores all arms on the same
 * held-out images.
 */
package io.rankstream.lab.experiment;
