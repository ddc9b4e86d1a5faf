import io.rankstream.schemas.ImageEmbedding;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** An index in memory. The search is exact: it looks at every embedding, which does for about 100,000. */
final class MemoryIndex implements VectorIndex {

  private record Entry(ImageEmbedding embedding, float[] vector) {

    Version version() {
      return new Version(embedding.getStream(), embedding.getLineage(), embedding.getModelVersion());
    }

    double squaredDistance(Entry other) {
      double sum = 0;
      for (int i = 0; i < vector.length; i++) {
        double difference = vector[i] - other.vector[i];
        sum += difference * difference;
      }
      return sum;
    }
  }

  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  @Override
  public Saved saved() {
    return Saved.NOTHING;
  }

  @Override
  public void put(ImageEmbedding embedding) {
    float[] vector = new float[embedding.getEmbedding().size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = embedding.getEmbedding().get(i);
    }
    // An abandoned timeline may still write, such as a job that was forgotten.
    entries.merge(
        embedding.getImageId(),
        new Entry(embedding, vector),
        (before, now) -> before.version().isNewerThan(now.version()) ? before : now);
  }

  @Override
  public void delete(String id) {
    entries.remove(id);
  }

  @Override
  public void save(Saved saved) {
    // a new start reads the topic from its beginning
  }

  @Override
  public int size() {
    return entries.size();
  }

  @Override
  public Optional<List<Neighbour>> neighbours(String id, int k, String label) {
    return Optional.ofNullable(entries.get(id)).map(from -> nearest(from, k, label));
  }

  private List<Neighbour> nearest(Entry from, int k, String label) {
    String space = from.embedding().getSpaceId(); // distances between two spaces say nothing
    String id = from.embedding().getImageId();
    return entries.values().stream()
        .filter(each -> each.embedding().getSpaceId().equals(space))
        .filter(each -> !each.embedding().getImageId().equals(id))
        .filter(each -> label == null || label.equals(each.embedding().getLabel()))
        .map(each -> neighbour(each, from.squaredDistance(each)))
        .sorted(Comparator.comparingDouble(Neighbour::squaredDistance).thenComparing(Neighbour::id))
        .limit(k)
        .toList();
  }

  private static Neighbour neighbour(Entry entry, double squaredDistance) {
    ImageEmbedding embedding = entry.embedding();
    return new Neighbour(
        embedding.getImageId(), embedding.getLabel(), embedding.getModelVersion(), squaredDistance);
  }

  @Override
  public void drop() {
    // those who ask hold it as long as they need it
  }
}
