/**
 * The keyed window that collects images by class and assembles class-balanced P×K batches.
 *
 * <p>It is not built on Flink's window operator: a silent class is replayed from its reservoir, but
 * a trigger of Flink never fires on an empty window.
 */
package io.rankstream.pipeline.window;
