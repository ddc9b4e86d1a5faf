/** How well a model does: prequentially, while it learns, and on sets held out. */
package io.rankstream.model.evaluation;
