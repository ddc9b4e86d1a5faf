package io.rankstream.lab.fuzz;

import io.rankstream.model.KebabCase;

/** A way to attack the job with a record. */
public enum Attack {
  /** No attack: a good record. */
  GOOD(30, Fate.ACCEPTED),
  /** Bits of the envelope are flipped. */
  ENVELOPE_BITS(8, Fate.EITHER),
  /** The envelope ends early. */
  ENVELOPE_CUT(4, Fate.REFUSED),
  /** A byte of the marker or of the schema fingerprint is changed. */
  ENVELOPE_MAGIC(3, Fate.REFUSED),
  /** Random bytes, some behind a good marker and fingerprint. */
  NOISE(4, Fate.REFUSED),
  /** A value of no bytes. */
  VALUE_EMPTY(1, Fate.REFUSED),
  /** No value, and a key that names no image. */
  VALUE_NONE(1, Fate.REFUSED),
  /** No attack: the deletion of an image that the job does not know. */
  DELETION(1, Fate.ACCEPTED),
  /** A part claims more bytes or items than there are. */
  CLAIMED_LENGTH(3, Fate.REFUSED),
  /** A hundred thousand attributes. */
  MANY_ATTRIBUTES(0.3, Fate.ACCEPTED),
  /** An attribute of a megabyte. */
  LONG_ATTRIBUTE(0.3, Fate.ACCEPTED),
  /** Names in invalid UTF-8. */
  INVALID_UTF8(2, Fate.REFUSED),
  /** A label of a megabyte. */
  LONG_LABEL(0.3, Fate.REFUSED),
  /** An image id of a megabyte, or none. */
  BAD_ID(1, Fate.REFUSED),
  /** Control characters in the label. */
  CONTROL_LABEL(1, Fate.REFUSED),
  /** A label that no other record has. */
  NEW_LABEL(15, Fate.EITHER),
  /** Event times at the limits of 64 bits. */
  EVENT_TIME(2, Fate.ACCEPTED),
  /** Event times of a wrong clock or in another unit, and of old photographs. */
  WRONG_CLOCK(3, Fate.ACCEPTED),
  /** Kafka's own timestamp from a wrong clock. */
  RECORD_CLOCK(3, Fate.ACCEPTED),
  /** Record headers that are many, large, binary, empty or oddly named. */
  ODD_HEADERS(3, Fate.ACCEPTED),
  /** The same on a damaged record. */
  ODD_HEADERS_RETURNED(3, Fate.REFUSED),
  /** A stream that is not configured. */
  OTHER_STREAM(1, Fate.REFUSED),
  /** A record of the largest size. */
  HUGE_VALUE(0.1, Fate.REFUSED),
  /** A key of megabytes. */
  HUGE_KEY(0.1, Fate.EITHER),
  /** Bits of the image are flipped. */
  IMAGE_BITS(8, Fate.EITHER),
  /** The image ends early. */
  IMAGE_CUT(4, Fate.REFUSED),
  /** The image starts with the bytes of another format. */
  IMAGE_MAGIC(2, Fate.REFUSED),
  /** An image of no bytes. */
  IMAGE_EMPTY(1, Fate.REFUSED),
  /** A header that claims up to 2³¹ pixels on each side. */
  HUGE_HEADER(3, Fate.EITHER),
  /** GIF, BMP, TIFF or WebP. */
  OTHER_FORMAT(2, Fate.ACCEPTED),
  /** The same with flipped bits, or without its end. */
  OTHER_FORMAT_DAMAGED(4, Fate.EITHER),
  ANIMATED_GIF(1, Fate.ACCEPTED),
  ANIMATED_PNG(1, Fate.ACCEPTED),
  CMYK_JPEG(1, Fate.REFUSED),
  /** 16 bits for each sample. */
  DEEP_PNG(1, Fate.ACCEPTED),
  INTERLACED_PNG(1, Fate.ACCEPTED),
  PROGRESSIVE_JPEG(1, Fate.ACCEPTED),
  /** With an Exif orientation. */
  ROTATED_JPEG(1, Fate.ACCEPTED),
  PALETTE_PNG(1, Fate.ACCEPTED),
  /** One pixel, or a line of them. */
  THIN_PNG(1, Fate.ACCEPTED),
  /** Pixels that inflate to far more than the header claims. */
  PIXEL_BOMB(0.3, Fate.EITHER),
  /** Text or a colour profile that inflates to far more than the file. */
  TEXT_BOMB(0.3, Fate.ACCEPTED),
  /** A JPEG of thousands of scans. */
  SCAN_BOMB(0.3, Fate.REFUSED),
  /** Forty million pixels in a few kilobytes. */
  LARGE_PNG(0.1, Fate.ACCEPTED);

  /** The outcome for a record at a job with default limits. */
  public enum Fate {
    /** It gets an embedding; a deletion gets a tombstone. */
    ACCEPTED,
    /** It becomes a dead letter. */
    REFUSED,
    /** One of the two, depending on the bits or on earlier records. */
    EITHER
  }

  private final double weight;
  private final Fate fate;

  Attack(double weight, Fate fate) {
    this.weight = weight;
    this.fate = fate;
  }

  /** Relative frequency among the attacks. */
  double weight() {
    return weight;
  }

  /** The outcome at a job with default limits. */
  public Fate fate() {
    return fate;
  }

  @Override
  public String toString() {
    return KebabCase.of(this);
  }
}
