package io.rankstream.pipeline.window;

/**
 * How the P classes of a batch are chosen: those trained longest ago, so that a class with 0.1 % of
 * the traffic is trained as often as the others. A few places are filled first from the classes
 * with fresh images, so that news is not crowded out where thousands of silent classes wait for
 * their replay.
 *
 * @param classes P, the most classes to choose
 * @param freshClasses of them, how many are first chosen among those with fresh images; at most P
 */
record ClassChooser(int classes, int freshClasses) {}
