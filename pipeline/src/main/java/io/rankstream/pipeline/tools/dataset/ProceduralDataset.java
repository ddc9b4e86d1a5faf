package io.rankstream.pipeline.tools.dataset;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * Ten classes of drawn textures under noise, 28×28 grey, for machines without access to real
 * images. An image depends on split and index alone.
 */
public final class ProceduralDataset implements ImageDataset {

  private static final int CLASSES = 10;
  private static final int SIDE = 28;

  private final int perClass;
  private final Split split;
  private final long seed;

  /**
   * @param perClass images of each class
   * @param split split; the splits share no image
   */
  public ProceduralDataset(int perClass, Split split) {
    this.perClass = perClass;
    this.split = split;
    this.seed = split == Split.TRAIN ? 0 : 1L << 40;
  }

  @Override
  public String name() {
    return "procedural";
  }

  @Override
  public List<String> classes() {
    return IntStream.range(0, CLASSES).mapToObj(i -> "texture-" + i).toList();
  }

  @Override
  public int size() {
    return perClass * CLASSES;
  }

  @Override
  public int classOf(int index) {
    return index / perClass;
  }

  @Override
  public String id(int index) {
    return "procedural-%s-%05d".formatted(split.name().toLowerCase(Locale.ROOT), index);
  }

  @Override
  public LabeledExample example(int index) throws IOException {
    Random random = new Random(seed + index);
    int pattern = classOf(index);
    double angle = Math.PI * pattern / CLASSES + 0.25 * random.nextGaussian();
    double frequency = 0.35 + 0.09 * (pattern % 3) + 0.03 * random.nextGaussian();
    double phase = random.nextDouble() * 2 * Math.PI;
    boolean rings = pattern % 2 == 1;
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        double along = Math.cos(angle) * x + Math.sin(angle) * y;
        double radius = Math.hypot(x - SIDE / 2.0, y - SIDE / 2.0);
        double wave = Math.sin(frequency * (rings ? along + radius : 2 * along) + phase);
        int grey = (int) (128 + 70 * wave + 40 * random.nextGaussian());
        image.getRaster().setSample(x, y, 0, Math.max(0, Math.min(255, grey)));
      }
    }

    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return new LabeledExample(id(index), classes().get(pattern), png.toByteArray());
  }
}
