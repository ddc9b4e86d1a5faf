package io.rankstream.pipeline.tools.feed;

import io.rankstream.pipeline.config.Rule;

/**
 * The parameters of a feed.
 *
 * @param topic input topic
 * @param stream stream of the images, which selects the model
 * @param rate images per second; 0 for as fast as possible
 * @param unlabeled share of images to send without their label, 0 to 1
 * @param seed seed of the choice of images without label
 */
public record FeedPlan(String topic, String stream, double rate, double unlabeled, long seed) {

  public FeedPlan {
    Rule.atLeast(0.0).because("where 0 is as fast as possible").require("rate", rate);
    Rule.between(0.0, 1.0).require("unlabeled", unlabeled);
  }
}
