package io.rankstream.pipeline.drift;

import ai.djl.Device;
import io.rankstream.model.EmbeddedImage;
import io.rankstream.model.Provenance;
import io.rankstream.model.TwoHeadModel;
import io.rankstream.model.evaluation.EmbeddingDrift;
import io.rankstream.model.evaluation.OrthogonalMap;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.embed.ServedVersion;
import io.rankstream.pipeline.event.PixelLayout;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.pipeline.publish.MapFiles;
import io.rankstream.pipeline.publish.PublishedMap;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Embeds the anchors of a stream with a version, and compares it with older ones. */
final class VersionMeasure {

  private static final Logger LOG = LoggerFactory.getLogger(VersionMeasure.class);

  private final JobConfig config;
  private final String directory;
  private final Device device;
  private final PixelLayout pixels;
  private final MapFiles maps;
  private final DriftTrigger trigger;

  /**
   * @param directory directory of the embedders' weights
   * @param device device that embeds
   */
  VersionMeasure(JobConfig config, String directory, Device device) {
    this.config = config;
    this.directory = directory;
    this.device = device;
    this.pixels = new PixelLayout(config.model().input());
    this.trigger = new DriftTrigger(config.epochs().drift());
    this.maps = new MapFiles(config.versions().directory(), config.versions().keep());
  }

  /**
   * Measures a version, in the thread of the caller.
   *
   * @param told where its weights are
   * @param before the versions that made the embeddings of the anchors
   * @param anchors the anchors, at least one
   * @throws IOException when the weights cannot be read: the file may be gone, since newer ones
   *     took its place
   * @throws IllegalStateException when an embedding is not finite
   * @throws InterruptedException when the task ends
   */
  Measurement of(VersionPointer told, MeasuredVersions before, List<AnchorImage> anchors)
      throws IOException, InterruptedException {
    MeasuredVersion version;
    List<float[]> embeddings;
    ServedVersion served =
        ServedVersion.read(directory, told, device, config.model().precisions().served());
    try (TwoHeadModel model = served.model()) {
      version = new MeasuredVersion(served.space(), served.lineage(), served.version());
      embeddings = embed(model, anchors);
    }

    boolean isSameSpace = before.base() != null && before.base().space().equals(version.space());
    Optional<Comparison> sinceBase = Optional.empty();
    Optional<Comparison> sincePrevious = Optional.empty();
    if (isSameSpace) {
      AnchorPairs pairs = new AnchorPairs(anchors, AnchorEmbeddings::base, embeddings);
      sinceBase = compare(pairs, before.base(), told.stream(), version, config.drift().map());
      if (!before.previous().equals(before.base())) {
        pairs = new AnchorPairs(anchors, AnchorEmbeddings::previous, embeddings);
        sincePrevious = compare(pairs, before.previous(), told.stream(), version, false);
      }
    }
    // So many anchors are younger than the base that it tells too little.
    long ofBase = anchors.stream().filter(each -> each.embeddings().base() != null).count();
    boolean asksForEpoch = trigger.fires(sinceBase);
    boolean newBase = !isSameSpace || 2 * ofBase < anchors.size() || asksForEpoch;
    return new Measurement(
        version,
        measured(anchors, embeddings, newBase),
        newBase,
        asksForEpoch,
        sincePrevious,
        sinceBase);
  }

  private List<float[]> embed(TwoHeadModel model, List<AnchorImage> anchors)
      throws InterruptedException {
    List<float[]> embeddings = new ArrayList<>(anchors.size());
    int most = config.embed().batchSize();
    for (int from = 0; from < anchors.size(); from += most) {
      requireTask();
      List<AnchorImage> batch = anchors.subList(from, Math.min(from + most, anchors.size()));
      byte[] room = pixels.room(batch.size());
      for (int i = 0; i < batch.size(); i++) {
        PixelLayout.put(room, i, batch.get(i).anchor().pixels());
      }
      for (EmbeddedImage each : model.embed(pixels.batch(batch.size(), room))) {
        if (!each.isFinite()) {
          throw new IllegalStateException("It has embeddings that are NaN or infinite");
        }
        embeddings.add(each.embedding());
      }
    }
    return embeddings;
  }

  private Optional<Comparison> compare(
      AnchorPairs pairs,
      MeasuredVersion older,
      String stream,
      MeasuredVersion newer,
      boolean withMap)
      throws InterruptedException {
    if (pairs.size() == 0) {
      return Optional.empty();
    }

    if (!withMap) {
      return Optional.of(new Comparison(older, pairs.size(), pairs.drift(), Optional.empty()));
    }

    requireTask();
    OrthogonalMap map = pairs.map();
    requireTask();
    Optional<PublishedMap> published = publish(map, older, stream, newer);
    EmbeddingDrift drift = published.isPresent() ? pairs.drift(map) : pairs.drift();
    return Optional.of(new Comparison(older, pairs.size(), drift, published));
  }

  private Optional<PublishedMap> publish(
      OrthogonalMap map, MeasuredVersion older, String stream, MeasuredVersion newer)
      throws InterruptedException {
    try {
      return Optional.of(
          maps.write(
              new Provenance(stream, newer.space(), newer.lineage(), newer.version()),
              new VersionRank(older.lineage(), older.version()),
              map));
    } catch (InterruptedIOException e) {
      throw new InterruptedException(e.getMessage());
    } catch (IOException e) {
      LOG.warn(
          "No map can be written to {}. The next measured version gets one: check that the store is up, has space and lets the job write",
          config.versions().directory(),
          e);
      return Optional.empty();
    }
  }

  /** Ends a measurement whose task ends: a restart waits for it. */
  private static void requireTask() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /** The anchors as the next measurement needs them. */
  private static List<AnchorImage> measured(
      List<AnchorImage> anchors, List<float[]> embeddings, boolean newBase) {
    List<AnchorImage> measured = new ArrayList<>(anchors.size());
    for (int i = 0; i < anchors.size(); i++) {
      AnchorImage each = anchors.get(i);
      float[] base = newBase ? embeddings.get(i) : each.embeddings().base();
      measured.add(
          new AnchorImage(
              each.imageId(), each.anchor(), new AnchorEmbeddings(base, embeddings.get(i))));
    }
    return measured;
  }
}
