package io.rankstream.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.event.OperatorNames;
import io.rankstream.pipeline.train.TwoHeadTrainerFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.graph.StreamEdge;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the operators need of the edges between them. */
class JobGraphTest {

  /**
   * The barrier of a checkpoint may overtake neither the versions nor the images of an embedder,
   * nor its embeddings on their way to the sink.
   */
  @ParameterizedTest
  @CsvSource({"1, 0", "4, 0", "4, 2", "2, 8"})
  void anEmbedderIsAlignedAndChainedToItsSink(int parallelism, int embedders) {
    Configuration settings = new Configuration();
    settings.setString("parallelism.default", Integer.toString(parallelism));
    settings.setString("embed.parallelism", Integer.toString(embedders));
    StreamGraph graph = RankstreamJob.local(settings).getStreamGraph();
    StreamNode embedder = node(graph, OperatorNames.EMBED_IMAGES).orElseThrow();

    assertThat(embedder.getInEdges())
        .hasSizeGreaterThanOrEqualTo(3) // images, kept images, versions
        .noneMatch(StreamEdge::supportsUnalignedCheckpoints);
    List<JobVertex> tasks =
        StreamSupport.stream(graph.getJobGraph().getVertices().spliterator(), false)
            .filter(vertex -> vertex.getName().contains(OperatorNames.EMBED_IMAGES))
            .toList();
    assertThat(tasks).hasSize(1);
    assertThat(tasks.get(0).getName()).contains(OperatorNames.WRITE_EMBEDDINGS + ": Writer");
    assertThat(tasks.get(0).getParallelism()).isEqualTo(embedders > 0 ? embedders : parallelism);
  }

  /**
   * Behind the operator that opens and ends epochs, no barrier may overtake anything: at a barrier,
   * all embedders know the same, and have all images that were sent on before it.
   */
  @ParameterizedTest
  @CsvSource({"1", "4"})
  void everythingBehindASweepIsAligned(int parallelism) {
    Configuration settings = new Configuration();
    settings.setString("parallelism.default", Integer.toString(parallelism));
    settings.setString("embeddings.follow", "epochs");
    StreamGraph graph = RankstreamJob.local(settings).getStreamGraph();
    Map<String, StreamNode> nodes =
        graph.getStreamNodes().stream()
            .filter(node -> node.getTransformationUID() != null)
            .collect(Collectors.toMap(StreamNode::getTransformationUID, node -> node, (a, b) -> a));

    for (String uid :
        List.of(
            OperatorNames.RECEIVE_SWEPT_IMAGES,
            OperatorNames.EMBED_IMAGES,
            OperatorNames.MARK_EPOCHS)) {
      assertThat(nodes.get(uid).getInEdges())
          .as(uid)
          .hasSizeGreaterThanOrEqualTo(2)
          .noneMatch(StreamEdge::supportsUnalignedCheckpoints);
    }
    assertThat(nodes.get(OperatorNames.SWEEP_IMAGES).getParallelism()).isEqualTo(1);
    assertThat(nodes.get(OperatorNames.MARK_EPOCHS).getParallelism()).isEqualTo(1);
    assertThat(graph.getJobGraph().getVertices())
        .extracting(JobVertex::getName)
        .anyMatch(
            name ->
                name.startsWith(
                    OperatorNames.EMBED_IMAGES
                        + " -> "
                        + OperatorNames.WRITE_EMBEDDINGS
                        + ": Writer"));
  }

  @Test
  void driftIsMeasuredBesideTheSinkOfTheVersions() {
    StreamGraph graph = RankstreamJob.local(new Configuration()).getStreamGraph();
    StreamNode measure = node(graph, OperatorNames.MEASURE_DRIFT).orElseThrow();

    assertThat(measure.getInEdges())
        .hasSize(2) // anchors, versions
        .noneMatch(StreamEdge::supportsUnalignedCheckpoints);
    assertThat(graph.getJobGraph().getVertices())
        .extracting(JobVertex::getName)
        .as("pixels of images that are no anchors stay in the task that received them")
        .anyMatch(
            name ->
                name.contains(OperatorNames.RECEIVE_IMAGES)
                    && name.contains(OperatorNames.OFFER_ANCHORS));
    assertThat(graph.getStreamNodes())
        .filteredOn(each -> each.getOperatorName().startsWith(OperatorNames.WRITE_MODEL_VERSIONS))
        .flatExtracting(StreamNode::getInEdges)
        .extracting(StreamEdge::getSourceId)
        .contains(measure.getId());
  }

  @Test
  void withoutAnchorsNothingMeasures() {
    Configuration settings = new Configuration();
    settings.setString("drift.anchors", "0");
    StreamGraph graph = RankstreamJob.local(settings).getStreamGraph();

    assertThat(node(graph, OperatorNames.MEASURE_DRIFT)).isEmpty();
    assertThat(node(graph, OperatorNames.OFFER_ANCHORS)).isEmpty();
  }

  private static Optional<StreamNode> node(StreamGraph graph, String uid) {
    return graph.getStreamNodes().stream()
        .filter(node -> uid.equals(node.getTransformationUID()))
        .findAny();
  }

  /** The window hands batches of many megabytes to the trainer. */
  @ParameterizedTest
  @CsvSource({"pk", "natural"})
  void windowAndTrainerShareATask(String sampler) {
    Configuration settings = new Configuration();
    settings.setString("parallelism.default", "4");
    settings.setString("batch.sampler", sampler);
    StreamGraph graph = RankstreamJob.local(settings).getStreamGraph();

    assertThat(graph.getJobGraph().getVertices())
        .extracting(JobVertex::getName)
        .anyMatch(name -> name.contains("window -> " + OperatorNames.TWO_HEAD_TRAINER));
  }

  /** A wait for averages runs the barriers of its task, which only the head of a chain may do. */
  @Test
  void theTrainerOfReplicasHeadsATaskOfItsOwn() {
    Configuration settings = new Configuration();
    settings.setString("parallelism.default", "4");
    settings.setString("training.replicas", "4");
    StreamGraph graph = RankstreamJob.local(settings).getStreamGraph();

    assertThat(graph.getJobGraph().getVertices())
        .extracting(JobVertex::getName)
        .anyMatch(name -> name.startsWith(OperatorNames.TWO_HEAD_TRAINER))
        .anyMatch(OperatorNames.PK_WINDOW::equals);
    assertThat(graph.getJobGraph().getVertices())
        .filteredOn(vertex -> vertex.getName().startsWith(OperatorNames.TWO_HEAD_TRAINER))
        .allSatisfy(trainer -> assertThat(trainer.getOperatorCoordinators()).isNotEmpty());
  }

  /** A job without replicas has nothing of them: its trainer stays behind the window, alone. */
  @Test
  void aTrainerAloneHasNoCoordinator() {
    Configuration settings = new Configuration();
    settings.setString("parallelism.default", "4");
    settings.setString("training.replicas", "1");
    StreamGraph graph = RankstreamJob.local(settings).getStreamGraph();

    StreamNode trainer = node(graph, OperatorNames.TWO_HEAD_TRAINER).orElseThrow();
    assertThat(trainer.getOperatorFactory()).isExactlyInstanceOf(TwoHeadTrainerFactory.class);
    assertThat(graph.getJobGraph().getVertices())
        .filteredOn(vertex -> vertex.getName().contains(OperatorNames.TWO_HEAD_TRAINER))
        .singleElement()
        .satisfies(vertex -> assertThat(vertex.getOperatorCoordinators()).isEmpty());
  }
}
