package io.rankstream.lab.chaos;

/** What the kills of a run are aimed at. */
public enum Aim {
  /** Any process, at any time and at moments of its checkpoints. */
  PROCESSES,
  /** Task managers, at moments of the rounds in which replicas average their weights. */
  ROUNDS
}
