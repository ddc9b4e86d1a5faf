/**
 * Trains a two-head network batch by batch: predictions, training steps, embeddings, snapshots.
 *
 * <pre>
 *   images ─▶ backbone ─┬─▶ global average pool ─▶ softmax head   ─▶ logits    ─▶ cross-entropy ─┐
 *                       └─▶ flatten ─────────────▶ embedding head ─▶ embedding ─▶ ranking loss ──┴─▶ update
 * </pre>
 *
 * <p>{@link io.rankstream.model.OnlineTrainer} is the entrance. The architecture and the losses are
 * those of <a href="https://arxiv.org/abs/1901.08616">Taha et al., Boosting Standard Classification
 * Architectures Through a Ranking Regularizer, WACV 2020</a>.
 */
package io.rankstream.model;
