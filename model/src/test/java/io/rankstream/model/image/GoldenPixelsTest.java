package io.rankstream.model.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same file gives the same pixels, whatever Java and processor decode it. */
class GoldenPixelsTest {

  private static final InputSpec INPUT = new InputSpec(3, 32, 32, Normalization.IMAGENET);

  @ParameterizedTest
  @CsvSource({
    "baseline.jpg, a8293f2c43cd879f89a3f9cb2c6edea372074017fdd71483ce7d36559139f287",
    "colour.bmp, 1ce4ed4b0d9caaf6bff33ea356259549e98771a5bb58ba3aaf377067662ccac4",
    "colour.png, 427636af51671ad2230c4bfbb7ff89c78ebd17db502155555297b16dfeb7d50d",
    "grey.jpg, 9c465dd29968ae8b1e318f5b57a2a9a3f0a97363bb8e8911645f84e071680f48",
    "interlaced.png, 1c13a71c0d3f803f9169722e9e3621030af76a5b58e49be6f5fdfef9bcb4746a",
    "large.jpg, ecea83a5636e1dddcf325b3993e95e313718d4d780fe4b88e614ace6078e76af",
    "lossless.webp, 427636af51671ad2230c4bfbb7ff89c78ebd17db502155555297b16dfeb7d50d",
    "lossy.webp, e848a3ab2a2eb9a082a4809876dd53d185da769a09623dcac4ee74826d24be88",
    "lzw.tif, 9cc4ccddfff4f23792ad2edfb1571ebca5728e8abaa3c00092a7f7490ea81978",
    "palette.gif, cfa6848b245d3ce63b3391de2c3af4adac903298499ce18fcb6a705d37b8a4ca",
    "progressive.jpg, a8293f2c43cd879f89a3f9cb2c6edea372074017fdd71483ce7d36559139f287"
  })
  void decodesToTheSamePixelsOnEveryMachine(String file, String sha256) throws Exception {
    byte[] pixels = new ImageDecoder(INPUT, DecodeLimits.defaults()).decode(resource(file));

    byte[] digest = MessageDigest.getInstance("SHA-256").digest(pixels);

    assertThat(HexFormat.of().formatHex(digest)).isEqualTo(sha256);
  }

  static byte[] resource(String file) throws IOException {
    try (InputStream in = GoldenPixelsTest.class.getResourceAsStream("/images/" + file)) {
      return in.readAllBytes();
    }
  }
}
