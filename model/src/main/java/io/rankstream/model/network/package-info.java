/**
 * Networks as pure functions of their weights. A layer declares its arrays in a {@link
 * io.rankstream.model.network.ParameterLayout} when it is made, and receives them as {@link
 * io.rankstream.model.network.Weights} when it runs; it owns none.
 *
 * <p>Java numbers never enter a differentiated graph through {@code mul}, {@code div}, {@code pow},
 * {@code maximum} or {@code minimum}: DJL frees such constants while autograd still needs them, and
 * gradients go silently wrong.
 */
package io.rankstream.model.network;
