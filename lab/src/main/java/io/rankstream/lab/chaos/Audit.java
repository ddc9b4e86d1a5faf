package io.rankstream.lab.chaos;

import java.util.Map;

/**
 * What an audit found.
 *
 * @param accepted distinct images in the input
 * @param damaged records of the input that are none
 * @param embeddings distinct pairs of image and model version in the output
 * @param steps last step of each stream
 * @param missing accepted images without an embedding
 * @param unknown embedded images that are not in the input
 * @param repeatedEmbeddings pairs of image and model version that came more than once
 * @param stepFaults steps that do not follow the one before them
 * @param unanswered damaged records without a dead letter
 * @param wrongLetters dead letters of good records
 * @param repeatedLetters records with more than one dead letter
 * @param models SHA-256 of the last published model of each stream
 */
record Audit(
    long accepted,
    long damaged,
    long embeddings,
    Map<String, Long> steps,
    long missing,
    long unknown,
    long repeatedEmbeddings,
    long stepFaults,
    long unanswered,
    long wrongLetters,
    long repeatedLetters,
    Map<String, String> models) {

  /** Whether nothing was lost and nothing came twice. */
  boolean isClean() {
    return missing
            + unknown
            + repeatedEmbeddings
            + stepFaults
            + unanswered
            + wrongLetters
            + repeatedLetters
        == 0;
  }

  @Override
  public String toString() {
    return """
        accepted images            %,d, without embedding %d, embedded but never sent %d
        (image, model version)     %,d, more than once %d
        training steps             %s, gaps or repeats %d
        damaged records            %,d, without dead letter %d, with two %d; dead letters of good records %d"""
        .formatted(
            accepted,
            missing,
            unknown,
            embeddings,
            repeatedEmbeddings,
            steps,
            stepFaults,
            damaged,
            unanswered,
            repeatedLetters,
            wrongLetters);
  }
}
