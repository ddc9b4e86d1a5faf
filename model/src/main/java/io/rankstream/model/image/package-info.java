/**
 * From encoded images to pixels of the size that a network takes, within limits that are checked
 * before memory is taken.
 */
package io.rankstream.model.image;
