import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a record lies.
 *
 * @param positions how far each partition was read before it
 */
record ReadPosition(TopicPartition partition, long offset, Map<TopicPartition, Long> positions) {

  Map<TopicPartition, Long> before() {
    return Map.copyOf(positions);
  }

  /** Whether an index lacks the record: one that was saved later than others has it already. */
  boolean isNewTo(VectorIndex index) {
    return offset >= index.saved().positions().getOrDefault(partition, 0L);
  }
}
