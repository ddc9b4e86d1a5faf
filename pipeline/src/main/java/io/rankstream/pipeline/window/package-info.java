/**
 * The keyed window that collects images by class and assembles class-balanced P×K batches.
 *
 * <p>It is a keyed window in everything but the base class. Flink's window operator cannot express
 * it: a class that has gone silent is replayed from its reservoir, and a trigger never fires on an
 * empty window.
 */
package io.rankstream.pipeline.window;
