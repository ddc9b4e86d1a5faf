package io.rankstream.lab.chaos;

import io.rankstream.lab.audit.CommittedTransaction;
import io.rankstream.lab.audit.Origin;
import io.rankstream.lab.audit.Reconciliation;
import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.EpochMark;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The embeddings of a job that embeds in epochs. No record is embedded twice under one version; a
 * transaction has the version that serves and at most the one that is to follow; when an epoch is
 * complete, each image that the input then had is embedded under its version, and the counts of the
 * mark are right; and in the end, the last record of each image is of the last complete epoch.
 */
final class EpochEmbeddings implements EmbeddingAudit {

  private final Map<String, SentImages> input = new TreeMap<>();
  private final Reconciliation<String> embedded = new Reconciliation<>();
  private final Set<Origin> origins = new HashSet<>();
  private final Map<RecordKey, Set<VersionRank>> versions = new HashMap<>();
  private final Map<RecordKey, VersionRank> last = new HashMap<>(); // null behind a tombstone
  private final Set<RecordKey> unknown = new HashSet<>();
  private final Map<String, Set<Set<VersionRank>>> transactions = new TreeMap<>();
  private final Map<String, List<ModelVersion>> marks = new TreeMap<>();

  @Override
  public void sent(Origin origin, RecordKey image) {
    input(image.stream()).sent(origin, image);
  }

  @Override
  public void deleted(Origin origin, RecordKey image) {
    input(image.stream()).deleted(origin, image);
  }

  @Override
  public void damaged(Origin origin, byte[] key) {
    RecordKey.parse(key).ifPresent(image -> input(image.stream()).damaged(origin));
  }

  @Override
  public void embedded(ImageEmbedding embedding, String timeline) {
    RecordKey image = new RecordKey(embedding.getStream(), embedding.getImageId());
    if (!input(image.stream()).has(image)) {
      unknown.add(image);
    }
    VersionRank version = VersionRank.of(embedding);
    Origin origin = Origin.of(embedding);
    embedded.find("%s of %s under %s".formatted(origin, image, version));
    origins.add(origin);
    versions.computeIfAbsent(image, key -> new HashSet<>()).add(version);
    last.put(image, version);
  }

  @Override
  public void tombstone(RecordKey image) {
    last.put(image, null);
  }

  @Override
  public void committed(CommittedTransaction transaction) throws IOException {
    transaction
        .versions()
        .forEach(
            (stream, several) ->
                transactions.computeIfAbsent(stream, name -> new HashSet<>()).add(several));
  }

  @Override
  public void marked(ModelVersion mark) {
    marks.computeIfAbsent(mark.getStream(), stream -> new ArrayList<>()).add(mark);
  }

  @Override
  public long images() {
    return input.values().stream().mapToLong(stream -> stream.images().size()).sum();
  }

  @Override
  public long records() {
    return origins.size();
  }

  @Override
  public Map<String, Long> epochs() {
    Map<String, Long> complete = new TreeMap<>();
    input
        .keySet()
        .forEach(stream -> complete.put(stream, marks(stream, EpochState.COMPLETE).count()));
    return complete;
  }

  @Override
  public Map<AuditFault, List<?>> faults() {
    List<RecordKey> lost = new ArrayList<>();
    List<RecordKey> risen = new ArrayList<>();
    for (SentImages stream : input.values()) {
      for (RecordKey image : stream.images()) {
        boolean isThere = last.get(image) != null;
        if (isThere != stream.isAlive(image)) {
          (isThere ? risen : lost).add(image);
        }
      }
    }
    return Map.of(
        AuditFault.LOST_IMAGE, lost,
        AuditFault.UNKNOWN_IMAGE, List.copyOf(unknown),
        AuditFault.EMBEDDED_AFTER_DELETION, risen,
        AuditFault.REPEATED_EMBEDDING, embedded.repeated(),
        AuditFault.MIXED_VERSIONS, mixed(),
        AuditFault.OLDER_VERSION, stale(),
        AuditFault.INCOMPLETE_EPOCH, incomplete(),
        AuditFault.WRONG_COUNT, miscounted());
  }

  /** Several versions in a transaction that are not those of one opening. */
  private List<String> mixed() {
    List<String> mixed = new ArrayList<>();
    transactions.forEach(
        (stream, sets) -> {
          Set<Set<VersionRank>> together = new HashSet<>();
          marks(stream, EpochState.OPENED)
              .forEach(mark -> together.add(Set.of(previous(mark), VersionRank.of(mark))));
          sets.stream()
              .filter(several -> several.size() > 1 && !together.contains(several))
              .forEach(several -> mixed.add("%s: %s".formatted(stream, several)));
        });
    return mixed;
  }

  /** Images whose last record is older than the last complete epoch. */
  private List<String> stale() {
    List<String> stale = new ArrayList<>();
    last.forEach(
        (image, version) -> {
          ModelVersion serving =
              marks(image.stream(), EpochState.COMPLETE).reduce((a, b) -> b).orElse(null);
          if (version != null && serving != null && VersionRank.of(serving).isNewerThan(version)) {
            stale.add("%s: %s, epoch %s".formatted(image, version, VersionRank.of(serving)));
          }
        });
    return stale;
  }

  /** Images that a complete epoch leaves out. */
  private List<String> incomplete() {
    List<String> incomplete = new ArrayList<>();
    for (ModelVersion mark : complete()) {
      input(mark.getStream()).thereAt(mark.getEpoch()).stream()
          .filter(image -> !isEmbedded(image, VersionRank.of(mark)))
          .forEach(image -> incomplete.add(nameOf(mark) + ": " + image));
    }
    return incomplete;
  }

  private boolean isEmbedded(RecordKey image, VersionRank version) {
    return versions.getOrDefault(image, Set.of()).contains(version);
  }

  /** Complete epochs whose counts are not those of the records that were read again. */
  private List<String> miscounted() {
    List<String> miscounted = new ArrayList<>();
    for (ModelVersion mark : complete()) {
      EpochMark epoch = mark.getEpoch();
      long images = input(mark.getStream()).imagesBefore(epoch);
      long damaged = input(mark.getStream()).damagedBefore(epoch);
      if (epoch.getImages() + epoch.getSuperseded() != images || epoch.getRefused() != damaged) {
        miscounted.add(
            "%s: %d embedded, %d superseded, %d refused of %d images and %d damaged records"
                .formatted(
                    nameOf(mark),
                    epoch.getImages(),
                    epoch.getSuperseded(),
                    epoch.getRefused(),
                    images,
                    damaged));
      }
    }
    return miscounted;
  }

  private List<ModelVersion> complete() {
    return marks.keySet().stream().flatMap(stream -> marks(stream, EpochState.COMPLETE)).toList();
  }

  private Stream<ModelVersion> marks(String stream, EpochState state) {
    return marks.getOrDefault(stream, List.of()).stream()
        .filter(mark -> mark.getEpoch().getState() == state);
  }

  private SentImages input(String stream) {
    return input.computeIfAbsent(stream, name -> new SentImages());
  }

  private static VersionRank previous(ModelVersion mark) {
    return new VersionRank(
        mark.getEpoch().getPreviousLineage(), mark.getEpoch().getPreviousVersion());
  }

  private static String nameOf(ModelVersion mark) {
    return "%s epoch %d".formatted(mark.getStream(), mark.getEpoch().getNumber());
  }
}
