package io.rankstream.lab.chaos;

/** What the faults of a run are aimed at. */
public enum Aim {
  /** Kills of any process, at any time and at moments of its checkpoints. */
  PROCESSES,
  /** Kills of task managers, at moments of the rounds in which replicas average their weights. */
  ROUNDS,
  /** Every kind of disturbance, each as often as the others. */
  EVERYTHING
}
