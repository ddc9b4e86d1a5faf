package io.rankstream.pipeline.receive;

import io.rankstream.model.text.Printable;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.event.RejectionReason;

/**
 * What a name must be like: not blank, printable, and not too long.
 *
 * @param reason the reason code of a name that is not
 * @param maxLength largest length in UTF-16 characters
 */
record NameRule(RejectionReason reason, int maxLength) {

  void require(String name) throws RejectedException {
    if (name.isBlank() || name.length() > maxLength) {
      throw new RejectedException(
          reason,
          "Invalid length: %d (must be 1 to %d, and the text not blank)"
              .formatted(name.length(), maxLength));
    }
    if (name.codePoints().anyMatch(NameRule::isUnprintable)) {
      throw new RejectedException(
          reason,
          "It contains control characters, such as those for the direction of text, or broken Unicode");
    }
  }

  private static boolean isUnprintable(int codePoint) {
    return Printable.isControl(codePoint)
        || codePoint == 0xFFFD
        || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE);
  }
}
