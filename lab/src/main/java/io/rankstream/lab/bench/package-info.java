/**
 * Benchmarks that alternate between the things they compare and report medians.
 *
 * <p>On a machine whose speed changes, the change then affects all of them alike.
 */
package io.rankstream.lab.bench;
