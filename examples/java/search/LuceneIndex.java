import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;

/**
 * An index of Lucene in a directory of its own, searched by HNSW. What was read of the topic is saved in the
 * commit of the index itself, so after a crash both are those of the last commit: no record is applied twice, and
 * none is left out.
 *
 * @see <a href="https://arxiv.org/abs/1603.09320">Malkov and Yashunin, Efficient and robust approximate nearest
 *     neighbor search using Hierarchical Navigable Small World graphs</a>
 */
final class LuceneIndex implements VectorIndex {

  private static final String ID = "id";
  private static final String LABEL = "label";
  private static final String VECTOR = "vector";
  private static final String WHOLE = "whole";

  private final Version version;
  private final Path path;
  private final Directory directory;
  private final IndexWriter writer;
  private final SearcherManager searchers;
  private volatile Saved saved;

  /** Opens the index of a version below a folder, or makes an empty one. */
  LuceneIndex(Path folder, Version version) throws IOException {
    this.version = version;
    path = IndexFolders.of(folder, version);
    directory = FSDirectory.open(path);
    try {
      writer = new IndexWriter(directory, new IndexWriterConfig());
    } catch (LockObtainFailedException e) {
      throw new IOException("%s is used by another program: stop that, or name another folder".formatted(path), e);
    }
    searchers = new SearcherManager(writer, null);
    saved = recalled();
  }

  private Saved recalled() {
    Map<TopicPartition, Long> positions = new HashMap<>();
    boolean whole = false;
    if (writer.getLiveCommitData() != null) {
      for (Map.Entry<String, String> each : writer.getLiveCommitData()) {
        int dash = each.getKey().lastIndexOf('-');
        if (each.getKey().equals(WHOLE)) {
          whole = Boolean.parseBoolean(each.getValue());
        } else {
          int partition = Integer.parseInt(each.getKey().substring(dash + 1));
          positions.put(
              new TopicPartition(each.getKey().substring(0, dash), partition), Long.valueOf(each.getValue()));
        }
      }
    }
    return new Saved(positions, whole);
  }

  @Override
  public Saved saved() {
    return saved;
  }

  @Override
  public void put(ImageEmbedding embedding) throws IOException {
    float[] vector = new float[embedding.getEmbedding().size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = embedding.getEmbedding().get(i);
    }
    Document document = new Document();
    document.add(new StringField(ID, embedding.getImageId(), Field.Store.YES));
    if (embedding.getLabel() != null) {
      document.add(new StringField(LABEL, embedding.getLabel(), Field.Store.YES));
    }
    document.add(new KnnFloatVectorField(VECTOR, vector, VectorSimilarityFunction.EUCLIDEAN));
    writer.updateDocument(new Term(ID, embedding.getImageId()), document);
  }

  @Override
  public void delete(String id) throws IOException {
    writer.deleteDocuments(new Term(ID, id));
  }

  @Override
  public void save(Saved now) throws IOException {
    Map<String, String> data = new HashMap<>();
    now.positions().forEach((partition, offset) -> data.put(partition.toString(), String.valueOf(offset)));
    data.put(WHOLE, String.valueOf(now.whole()));
    writer.setLiveCommitData(data.entrySet());
    writer.commit();
    saved = now;
    searchers.maybeRefresh();
  }

  @Override
  public int size() throws IOException {
    IndexSearcher searcher = searchers.acquire();
    try {
      return searcher.getIndexReader().numDocs();
    } finally {
      searchers.release(searcher);
    }
  }

  @Override
  public Optional<List<Neighbour>> neighbours(String id, int k, String label) throws IOException {
    IndexSearcher searcher = searchers.acquire();
    try {
      TopDocs found = searcher.search(new TermQuery(new Term(ID, id)), 1);
      if (found.scoreDocs.length == 0) {
        return Optional.empty();
      }
      float[] vector = vector(searcher, found.scoreDocs[0].doc);
      Query filter = label == null ? null : new TermQuery(new Term(LABEL, label));
      Query nearest = new KnnFloatVectorQuery(VECTOR, vector, k + 1, filter); // with the image itself
      return Optional.of(neighbours(searcher, searcher.search(nearest, k + 1), id, k));
    } finally {
      searchers.release(searcher);
    }
  }

  private static float[] vector(IndexSearcher searcher, int document) throws IOException {
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(document, leaves));
    FloatVectorValues vectors = leaf.reader().getFloatVectorValues(VECTOR);
    vectors.advance(document - leaf.docBase);
    return vectors.vectorValue().clone(); // the array is used again
  }

  private List<Neighbour> neighbours(IndexSearcher searcher, TopDocs found, String id, int k) throws IOException {
    StoredFields fields = searcher.storedFields();
    List<Neighbour> neighbours = new ArrayList<>();
    for (ScoreDoc each : found.scoreDocs) {
      Document document = fields.document(each.doc);
      if (!document.get(ID).equals(id)) {
        double squaredDistance = 1.0 / each.score - 1; // Lucene's score is 1 / (1 + squared distance)
        neighbours.add(new Neighbour(document.get(ID), document.get(LABEL), version.number(), squaredDistance));
      }
    }
    neighbours.sort(Comparator.comparingDouble(Neighbour::squaredDistance).thenComparing(Neighbour::id));
    return neighbours.subList(0, Math.min(k, neighbours.size()));
  }

  @Override
  public void drop() throws IOException {
    searchers.close(); // questions under way keep their files until they are answered
    writer.close();
    directory.close();
    List<Path> files;
    try (Stream<Path> children = Files.list(path)) {
      files = new ArrayList<>(children.toList());
    }
    // That which names the others first: an index is there as a whole or not at all.
    files.sort(Comparator.comparing(each -> !each.getFileName().toString().startsWith("segments")));
    for (Path file : files) {
      Files.delete(file);
    }
    Files.delete(path);
  }
}
