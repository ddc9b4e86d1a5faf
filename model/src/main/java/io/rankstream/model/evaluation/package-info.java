/**
 * Accuracy and retrieval scores, prequential while the model trains and on held-out images; drift
 * between versions.
 */
package io.rankstream.model.evaluation;
