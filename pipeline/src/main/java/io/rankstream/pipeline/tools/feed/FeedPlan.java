package io.rankstream.pipeline.tools.feed;

import io.rankstream.pipeline.config.Rule;

/**
 * The parameters of a feed.
 *
 * @param topic input topic
 * @param stream stream of the images, which selects the model
 * @param rate images per second; 0 for as fast as possible
 * @param unlabeled share of images to send without their label, 0 to 1
 * @param seed seed of the choice of images without label, and of the orders of later epochs
 * @param epochs how often the set is sent
 * @param limit images to send at most, over all epochs
 */
public record FeedPlan(
    String topic,
    String stream,
    double rate,
    double unlabeled,
    long seed,
    Epochs epochs,
    int limit) {

  public FeedPlan {
    Rule.atLeast(0.0).because("where 0 is as fast as possible").require("rate", rate);
    Rule.between(0.0, 1.0).require("unlabeled", unlabeled);
    Rule.atLeast(1).require("limit", limit);
  }

  /** A set that is sent once, whole. */
  public FeedPlan(String topic, String stream, double rate, double unlabeled, long seed) {
    this(topic, stream, rate, unlabeled, seed, Epochs.ONCE, Integer.MAX_VALUE);
  }

  /** Images that a set of a size makes. */
  public int images(int size) {
    return (int) Math.min(limit, (long) size * epochs.count());
  }
}
