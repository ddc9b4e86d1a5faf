/** Cross-entropy and the ranking losses: distances, triplet miners, losses and reducers. */
package io.rankstream.model.loss;
