/**
 * Labelled image sets to feed: the MNIST family, folders and zip files of class folders, and one
 * that is drawn.
 */
package io.rankstream.pipeline.tools.dataset;
