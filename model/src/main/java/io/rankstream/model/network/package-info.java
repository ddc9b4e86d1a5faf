/**
 * Networks as pure functions of their weights: layers, backbones, the two heads.
 *
 * <p>A layer declares its arrays in a {@link io.rankstream.model.network.ParameterLayout} when it
 * is constructed and receives them as {@link io.rankstream.model.network.Weights} when it runs. It
 * owns no arrays.
 *
 * <p>Java numbers never enter a differentiated graph through {@code mul}, {@code div}, {@code pow},
 * {@code maximum} or {@code minimum}: DJL frees such constants while autograd still needs them, and
 * gradients go silently wrong.
 */
package io.rankstream.model.network;
