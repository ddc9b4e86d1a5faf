package io.rankstream.pipeline.tools.dataset;

import io.rankstream.pipeline.config.Rule;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Splits a set that has no folders for its splits, by a hash of the names of its files. An image
 * keeps its side whatever else is in the set, and when it moves to another class: what was trained
 * on is never called unseen. A larger share only adds images to the test.
 *
 * @param testShare share of the images to test on, 0 to 1; nearly so, since the hash decides
 */
public record FileNameSplit(double testShare) {

  /** A quarter to test on. */
  public static final FileNameSplit QUARTER = new FileNameSplit(0.25);

  /** No image to test on. */
  public static final FileNameSplit NONE = new FileNameSplit(0);

  public FileNameSplit {
    Rule.between(0.0, 1.0).require("test-share", testShare);
  }

  /** The split of an image, by the name of its file without the folders. */
  Split of(String fileName) {
    // macOS takes letters and accents apart, and other systems do not
    String name = Normalizer.normalize(fileName, Normalizer.Form.NFC);
    long hash =
        ByteBuffer.wrap(DigestUtils.sha256(name.getBytes(StandardCharsets.UTF_8))).getLong();
    double place = (hash >>> 11) * 0x1.0p-53; // in [0, 1)
    return place < testShare ? Split.TEST : Split.TRAIN;
  }
}
