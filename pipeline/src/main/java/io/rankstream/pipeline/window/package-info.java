/**
 * The P×K window: per-class queues of fresh images and reservoirs of trained ones, out of which
 * class-balanced batches are assembled.
 *
 * <p>It is a keyed window in everything but the base class. Flink's window operator cannot express
 * it: a class that has gone silent is replayed from its reservoir, and a trigger never fires on an
 * empty window.
 */
package io.rankstream.pipeline.window;
