import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/**
 * An index for each version of each stream. The newest whole one of a stream answers, so no answer has
 * embeddings of two versions. An index is whole when it has every image: at the end of the topic if its stream
 * never had an epoch, and else when its epoch is complete.
 */
final class VersionedIndexes {

  /** Makes an empty index, or opens one that was saved. */
  interface Factory {
    VectorIndex open(Version version) throws IOException;
  }

  private record Answering(Version version, VectorIndex index) {}

  private static final int MOST_INDEXES = 20;

  private final Factory factory;
  private final Map<Version, VectorIndex> indexes = new ConcurrentHashMap<>();
  private final Map<String, Answering> answering = new ConcurrentHashMap<>(); // by stream
  private final Set<Version> aborted = new HashSet<>();
  private final Set<String> inEpochs = ConcurrentHashMap.newKeySet(); // streams
  private volatile boolean caughtUp;

  /**
   * @param saved versions whose indexes were saved
   */
  VersionedIndexes(Factory factory, Collection<Version> saved) throws IOException {
    this.factory = factory;
    for (Version version : saved) {
      VectorIndex index = factory.open(version);
      if (index.saved().positions().isEmpty()) {
        index.drop(); // something stopped the program while it was made or deleted
        continue;
      }
      indexes.put(version, index);
      if (index.saved().whole()) {
        answer(version);
      }
    }
    for (Answering each : answering.values()) {
      dropOlder(each.version(), Optional.empty()); // no question is under way
    }
  }

  /** Where reading must begin so that no index lacks a record; absent for the beginning. */
  Optional<Long> position(TopicPartition partition) {
    return indexes.values().stream()
        .map(each -> each.saved().positions().getOrDefault(partition, 0L))
        .min(Long::compare);
  }

  /**
   * Puts an embedding into the index of its version; passed over if a newer one answers or its epoch was given up.
   *
   * @param read where the record lies, and how far the others were read
   */
  void put(Version version, ImageEmbedding embedding, ReadPosition read) throws IOException {
    Answering now = answering.get(version.stream());
    if (aborted.contains(version) || now != null && now.version().isNewerThan(version)) {
      return;
    }

    VectorIndex index = indexes.get(version);
    if (index == null) {
      index = create(version, read.before());
    }
    if (read.isNewTo(index)) {
      index.put(embedding);
    }
  }

  private VectorIndex create(Version version, Map<TopicPartition, Long> before) throws IOException {
    if (of(version.stream()).size() == MOST_INDEXES) {
      throw new IllegalArgumentException(
          "The stream %s has embeddings of more than %d versions: a job that embeds in epochs writes few of them; set embeddings.follow = epochs, or leave the topic of versions away"
              .formatted(version.stream(), MOST_INDEXES));
    }

    VectorIndex index = factory.open(version);
    boolean first = caughtUp && !inEpochs.contains(version.stream()) && of(version.stream()).isEmpty();
    index.save(new VectorIndex.Saved(before, first)); // so that a new start reads its records
    indexes.put(version, index);
    if (first) {
      answer(version);
    }
    return index;
  }

  /** Deletes an image from the index of a version, or from all of its stream. */
  void delete(String stream, String id, Optional<Version> only, ReadPosition read) throws IOException {
    for (Version version : of(stream)) {
      VectorIndex index = indexes.get(version);
      if ((only.isEmpty() || only.get().equals(version)) && read.isNewTo(index)) {
        index.delete(id);
      }
    }
  }

  /** From now on only an epoch makes an index of the stream whole. */
  void follow(String stream) {
    inEpochs.add(stream);
  }

  /** All images of an epoch were put: its version answers, and that before it stays for questions under way. */
  void complete(Version version, Map<TopicPartition, Long> read) throws IOException {
    Answering before = answering.get(version.stream());
    if (!indexes.containsKey(version) || before != null && !version.isNewerThan(before.version())) {
      return; // the epoch had no image, or answers since before the program was started
    }

    indexes.get(version).save(new VectorIndex.Saved(read, true));
    answer(version);
    dropOlder(version, Optional.ofNullable(before).map(Answering::version));
  }

  private void dropOlder(Version version, Optional<Version> but) throws IOException {
    for (Version each : of(version.stream())) {
      if (version.isNewerThan(each) && !but.equals(Optional.of(each))) {
        drop(each);
      }
    }
  }

  /** From now on this version answers, unless a newer one does. */
  private void answer(Version version) {
    answering.merge(
        version.stream(),
        new Answering(version, indexes.get(version)),
        (before, now) -> before.version().isNewerThan(now.version()) ? before : now);
  }

  /** An epoch was given up. */
  void abort(Version version) throws IOException {
    aborted.add(version);
    drop(version);
  }

  private void drop(Version version) throws IOException {
    VectorIndex index = indexes.remove(version);
    if (index != null) {
      index.drop();
    }
  }

  /** Everything was read that the topic had at the start: what stream has had no epoch is whole. */
  void catchUp() {
    caughtUp = true;
    for (Version version : indexes.keySet()) {
      boolean first = of(version.stream()).stream().noneMatch(version::isNewerThan);
      if (first && !inEpochs.contains(version.stream())) {
        answer(version);
      }
    }
  }

  /** Saves all indexes. */
  void save(Map<TopicPartition, Long> read) throws IOException {
    for (Map.Entry<Version, VectorIndex> each : indexes.entrySet()) {
      Answering now = answering.get(each.getKey().stream());
      boolean whole = each.getValue().saved().whole() || now != null && now.version().equals(each.getKey());
      each.getValue().save(new VectorIndex.Saved(read, whole));
    }
  }

  /** The images nearest to one of a stream. */
  List<VectorIndex.Neighbour> neighbours(String stream, String id, int k, String label) throws IOException {
    Answering now = answering.get(stream);
    if (now != null) {
      return now.index()
          .neighbours(id, k, label)
          .orElseThrow(() -> new Refusal(404, "There is no embedding of the image %s in the stream %s", id, stream));
    }

    if (!caughtUp) {
      throw new Refusal(503, "The embeddings are still being read: ask again in a few seconds");
    }
    if (inEpochs.contains(stream)) {
      throw new Refusal(503, "The stream %s has no whole index until an epoch is complete: ask again then", stream);
    }
    throw new Refusal(404, "There is no stream %s (there are %s)", stream, streams());
  }

  /** What answers. */
  Map<String, Object> status() throws IOException {
    int images = 0;
    for (Answering each : answering.values()) {
      images += each.index().size();
    }
    return Map.of("images", images, "caught_up", caughtUp, "streams", streams());
  }

  private Set<String> streams() {
    Set<String> streams = new TreeSet<>();
    indexes.keySet().forEach(each -> streams.add(each.stream()));
    return streams;
  }

  private List<Version> of(String stream) {
    return indexes.keySet().stream().filter(each -> each.stream().equals(stream)).toList();
  }
}
