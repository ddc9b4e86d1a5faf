package io.rankstream.pipeline.tools.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rankstream.pipeline.tools.Records;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MovingPlaneTest {

  private static final int IMAGES = 60;

  private final MovingPlane plane = new MovingPlane();

  /** Images that vary much along the first two axes and little along the others. */
  private static List<float[]> cloud(float first, float second) {
    Random random = new Random(3);
    List<float[]> cloud = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      cloud.add(
          new float[] {
            first * (float) random.nextGaussian(),
            second * (float) random.nextGaussian(),
            0.01f * (float) random.nextGaussian(),
            0.01f * (float) random.nextGaussian()
          });
    }
    return cloud;
  }

  private static List<SampledImage> images(List<float[]> cloud) {
    List<SampledImage> images = new ArrayList<>();
    for (int i = 0; i < cloud.size(); i++) {
      images.add(SampledImage.of(i, Records.embedding(i, "cat", 1, cloud.get(i))));
    }
    return images;
  }

  @Test
  void keepsDistancesThatLieInThePrincipalPlane() {
    List<float[]> cloud = cloud(3, 2);
    Map<Integer, double[]> places = plane.next(images(cloud));
    for (int i = 1; i < IMAGES; i++) {
      double there =
          Math.hypot(
              cloud.get(i)[0] - (double) cloud.get(0)[0],
              cloud.get(i)[1] - (double) cloud.get(0)[1]);
      double here =
          Math.hypot(places.get(i)[0] - places.get(0)[0], places.get(i)[1] - places.get(0)[1]);
      assertThat(here).isCloseTo(there, within(0.1));
    }
  }

  @Test
  void doesNotTurnWhenTheAxesChangePlaces() {
    Map<Integer, double[]> before = plane.next(images(cloud(3, 2.9f)));
    Map<Integer, double[]> after = plane.next(images(cloud(2.9f, 3)));
    for (int i = 0; i < IMAGES; i++) {
      assertThat(after.get(i)[0]).isCloseTo(before.get(i)[0], within(0.5));
      assertThat(after.get(i)[1]).isCloseTo(before.get(i)[1], within(0.5));
    }
  }

  @Test
  void doesNotMirrorWhenEmbeddingsDo() {
    List<float[]> cloud = cloud(3, 2);
    Map<Integer, double[]> before = plane.next(images(cloud));
    List<float[]> mirrored =
        cloud.stream().map(v -> new float[] {-v[0], v[1], v[2], v[3]}).toList();
    Map<Integer, double[]> after = plane.next(images(mirrored));
    for (int i = 0; i < IMAGES; i++) {
      assertThat(after.get(i)[0]).isCloseTo(before.get(i)[0], within(0.1));
      assertThat(after.get(i)[1]).isCloseTo(before.get(i)[1], within(0.1));
    }
  }

  @Test
  void identicalImagesLieOnOnePlace() {
    List<float[]> same = List.of(new float[] {1, 2}, new float[] {1, 2}, new float[] {1, 2});
    for (int frame = 0; frame < 100; frame++) {
      assertThat(plane.next(images(same)).values())
          .allSatisfy(
              place -> {
                assertThat(place[0]).isCloseTo(0, within(1e-12));
                assertThat(place[1]).isCloseTo(0, within(1e-12));
              });
    }
  }

  @Test
  void imagesOnALineStayOnALine() {
    List<float[]> line = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      line.add(new float[] {i, 0, 0});
    }
    Map<Integer, double[]> places = plane.next(images(line));
    for (int i = 0; i < 10; i++) {
      assertThat(Math.abs(places.get(i)[0])).isCloseTo(Math.abs(i - 4.5), within(1e-6));
      assertThat(places.get(i)[1]).isCloseTo(0, within(1e-6));
    }
  }
}
