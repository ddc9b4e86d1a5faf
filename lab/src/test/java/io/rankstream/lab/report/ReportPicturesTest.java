package io.rankstream.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.tools.dataset.FileNameSplit;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ImageDatasets;
import io.rankstream.pipeline.tools.dataset.Split;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPicturesTest {

  private static final String PNG = "data:image/png;base64,";

  @TempDir Path directory;

  @Test
  void aSmallPngStaysAndAllElseBecomesASmallPicture() throws Exception {
    byte[] small = Fixtures.png(1, 1);
    ImageDataset images = images(small, Fixtures.noise(200, 100), Fixtures.jpeg(1, 1));
    ReportPictures pictures = new ReportPictures(images);

    assertThat(bytes(pictures.address(0).orElseThrow())).isEqualTo(small);
    for (int index = 1; index < 3; index++) {
      byte[] png = bytes(pictures.address(index).orElseThrow());
      BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
      assertThat(picture.getWidth()).isEqualTo(64);
      assertThat(picture.getHeight()).isEqualTo(64);
    }
  }

  @Test
  void whatIsNoImageHasNone() throws Exception {
    assertThat(new ReportPictures(images(new byte[] {1, 2, 3})).address(0)).isEmpty();
  }

  private ImageDataset images(byte[]... files) throws Exception {
    Path folder = Files.createDirectories(directory.resolve("set/cats"));
    for (int i = 0; i < files.length; i++) {
      Files.write(folder.resolve(i + ".png"), files[i]);
    }
    return ImageDatasets.open(
        directory.resolve("set"), Split.TRAIN, FileNameSplit.NONE, line -> {});
  }

  private static byte[] bytes(String address) {
    assertThat(address).startsWith(PNG);
    return Base64.getDecoder().decode(address.substring(PNG.length()));
  }
}
