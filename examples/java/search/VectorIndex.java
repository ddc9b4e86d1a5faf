import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * The newest embedding of each image of one version. One thread writes; any number may ask meanwhile.
 */
interface VectorIndex {

  /** An image that is near to another. */
  record Neighbour(String id, String label, long version, double squaredDistance) {}

  /** What is known of an index when the program starts again. */
  record Saved(Map<TopicPartition, Long> positions, boolean whole) {

    /** Nothing: all records belong to the index, and it lacks some. */
    static final Saved NOTHING = new Saved(Map.of(), false);
  }

  /** What was saved last. */
  Saved saved();

  /** Puts an embedding in the place of that of the same image. */
  void put(ImageEmbedding embedding) throws IOException;

  /** Deletes an image, if it is there. */
  void delete(String id) throws IOException;

  /** Keeps what was put and deleted, and what is known of it, in one step. */
  void save(Saved saved) throws IOException;

  /** The number of images. */
  int size() throws IOException;

  /**
   * The k images nearest to an image, itself not counted; empty if there is no such image.
   *
   * @param label label of all of them; null for any
   */
  Optional<List<Neighbour>> neighbours(String id, int k, String label) throws IOException;

  /** Deletes the index; questions under way are answered. */
  void drop() throws IOException;
}
