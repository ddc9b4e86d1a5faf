package io.rankstream.pipeline;

import static io.rankstream.pipeline.event.OperatorNames.PK_WINDOW;
import static io.rankstream.pipeline.event.OperatorNames.READ_IMAGES;
import static io.rankstream.pipeline.event.OperatorNames.RECEIVE_IMAGES;
import static io.rankstream.pipeline.event.OperatorNames.TWO_HEAD_TRAINER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.junit.jupiter.api.Test;

class JobGraphTest {

  /** Images are shuffled once, and no batch of megabytes crosses a network buffer. */
  @Test
  void sourceAndReceiverShareATaskAndWindowAndTrainerToo() {
    List<String> tasks = tasks();

    assertThat(tasks)
        .anySatisfy(task -> assertThat(task).contains(READ_IMAGES, RECEIVE_IMAGES))
        .anySatisfy(task -> assertThat(task).contains(PK_WINDOW, TWO_HEAD_TRAINER));
  }

  @Test
  void allTasksCountTheSameKeyGroupsAtAnyParallelism() {
    assertThat(vertices(new Configuration().set(CoreOptions.DEFAULT_PARALLELISM, 100)))
        .extracting(JobVertex::getMaxParallelism)
        .containsOnly(128);
    assertThat(vertices(new Configuration().set(PipelineOptions.MAX_PARALLELISM, 720)))
        .extracting(JobVertex::getMaxParallelism)
        .containsOnly(720);
  }

  private static List<String> tasks() {
    Configuration settings = new Configuration().set(CoreOptions.DEFAULT_PARALLELISM, 4);
    return vertices(settings).stream().map(JobVertex::getName).toList();
  }

  private static List<JobVertex> vertices(Configuration settings) {
    return StreamSupport.stream(
            RankstreamJob.local(settings)
                .getStreamGraph()
                .getJobGraph()
                .getVertices()
                .spliterator(),
            false)
        .toList();
  }
}
