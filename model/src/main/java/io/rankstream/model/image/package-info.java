/**
 * Decodes images to the size of the network's input, within limits that are checked before memory
 * is allocated.
 */
package io.rankstream.model.image;
