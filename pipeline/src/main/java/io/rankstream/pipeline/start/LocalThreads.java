package io.rankstream.pipeline.start;

import io.rankstream.model.Devices;
import io.rankstream.model.ModelConfig;
import io.rankstream.model.network.Backbone;

/** The threads of PyTorch of a job that shares its process and machine with Kafka and Flink. */
public final class LocalThreads {

  private LocalThreads() {}

  /**
   * Gives an operation of the small network one thread: two take as long as one, and wait whenever
   * Kafka or Flink takes a core. Larger networks keep all cores, and so does a process whose
   * environment has OMP_NUM_THREADS.
   */
  public static void choose(ModelConfig model) {
    if (model.architecture().backbone() == Backbone.SMALL_CNN && !Devices.hasThreadsSet()) {
      Devices.setThreads(1);
    }
  }
}
