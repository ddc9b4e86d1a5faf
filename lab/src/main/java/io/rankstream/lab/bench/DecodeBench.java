package io.rankstream.lab.bench;

import com.sun.management.ThreadMXBean;
import io.rankstream.model.image.Augmentation;
import io.rankstream.model.image.DecodeLimits;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.tools.dataset.FileNameSplit;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ImageDatasets;
import io.rankstream.pipeline.tools.dataset.Split;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;

/**
 * Decoding and augmentation by number of threads, and of CPU time, against ImageIO's decoding
 * alone, without the resize to the input of the network.
 */
public final class DecodeBench {

  private static final int USUAL_SIDE = 224;
  private static final int IMAGES = 64;
  private static final Augmentation AUGMENTATION = new Augmentation(8, true, 0, 0);

  private DecodeBench() {}

  /** Measures all numbers of threads in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    List<byte[]> images = images(plan);
    JobConfig config = JobConfig.from(plan.settings());
    DecodeLimits limits = config.imageLimits();
    InputSpec input =
        plan.settings().containsKey(JobOptions.MODEL_HEIGHT.key())
            ? config.model().input()
            : new InputSpec(3, USUAL_SIDE, USUAL_SIDE, Normalization.IMAGENET);
    ImageDecoder decoder = new ImageDecoder(input, limits);
    report.say(
        "Decoding to %d x %d x %d: %s"
            .formatted(input.channels(), input.height(), input.width(), words(images)));

    int cores = Runtime.getRuntime().availableProcessors();
    TreeSet<Integer> threads = new TreeSet<>(List.of(1, Math.max(1, cores / 2), cores));
    ExecutorService pool = Executors.newCachedThreadPool();
    try {
      Contest contest = new Contest();
      for (int count : threads) {
        contest.add(
            "decode and augment, %d threads".formatted(count),
            () ->
                together(
                    pool,
                    count,
                    plan.seconds(),
                    images,
                    image -> AUGMENTATION.apply(decoder.decode(image), input, 1)));
      }
      contest.add(
          "decode, 1 thread",
          () -> together(pool, 1, plan.seconds(), images, image -> decoder.decode(image)));
      for (int width : new int[] {500, 3000}) {
        int height = width == 500 ? 375 : 2000;
        byte[] photo = DrawnPhoto.jpeg(width, height, 0);
        contest.add(
            "decode %d x %d, of CPU time".formatted(width, height),
            Contest.cpuRate(plan.seconds(), () -> decoder.decode(photo)));
      }
      contest.add(
          "ImageIO.read alone, 1 thread",
          () ->
              together(
                  pool,
                  1,
                  plan.seconds(),
                  images,
                  image -> ImageIO.read(new ByteArrayInputStream(image))));
      contest
          .run(plan.rounds())
          .forEach((name, values) -> report.add(Figure.of(name, "images/s", values)));
      report.addRatio(
          "decode over ImageIO.read alone", "decode, 1 thread", "ImageIO.read alone, 1 thread");
      report.add(
          Figure.of("decode, memory allocated", "B/image", allocated(images, decoder::decode)));
    } finally {
      pool.shutdownNow();
    }
  }

  private interface Decode {
    Object of(byte[] encoded) throws Exception;
  }

  /** Images per second over all threads, each of which starts at another image. */
  private static double together(
      ExecutorService pool, int threads, double seconds, List<byte[]> images, Decode decode)
      throws Exception {
    List<Future<Double>> rates = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int[] next = {t * images.size() / threads};
      rates.add(
          pool.submit(
              () ->
                  Contest.rate(seconds, () -> decode.of(images.get(next[0]++ % images.size())))
                      .measure()));
    }

    double sum = 0;
    for (Future<Double> rate : rates) {
      sum += rate.get();
    }

    return sum;
  }

  private static double allocated(List<byte[]> images, Decode decode) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (byte[] image : images) {
      decode.of(image);
    }

    return (threads.getCurrentThreadAllocatedBytes() - before) / (double) images.size();
  }

  private static List<byte[]> images(BenchPlan plan) throws IOException {
    List<byte[]> images = new ArrayList<>();
    if (plan.data().isEmpty()) {
      for (int i = 0; i < 4; i++) {
        images.add(DrawnPhoto.jpeg(500, 375, i));
      }
      return images;
    }

    ImageDataset dataset =
        ImageDatasets.open(plan.data().get(), Split.TRAIN, FileNameSplit.NONE, line -> {});
    for (int i = 0; i < Math.min(IMAGES, dataset.size()); i++) {
      images.add(dataset.example((int) ((long) i * dataset.size() / IMAGES)).encoded());
    }

    return images;
  }

  private static Map<String, Object> words(List<byte[]> images) throws IOException {
    long bytes = images.stream().mapToLong(image -> image.length).sum();
    var first = ImageIO.read(new ByteArrayInputStream(images.get(0)));
    return Map.of(
        "images",
        images.size(),
        "mean bytes",
        bytes / images.size(),
        "first image",
        first.getWidth() + " x " + first.getHeight());
  }
}
