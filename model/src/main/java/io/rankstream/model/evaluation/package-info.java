/** Accuracy and retrieval scores, prequential while the model trains and on held-out images. */
package io.rankstream.model.evaluation;
