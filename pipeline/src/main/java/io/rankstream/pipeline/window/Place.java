package io.rankstream.pipeline.window;

/**
 * Place of a class in an order of the classes of a stream.
 *
 * @param rank what the order is by
 * @param ordinal decides between equal ranks; no two classes share one
 * @param label the class
 */
record Place(long rank, int ordinal, String label) implements Comparable<Place> {

  @Override
  public int compareTo(Place other) {
    int byRank = Long.compare(rank, other.rank);
    return byRank != 0 ? byRank : Integer.compare(ordinal, other.ordinal);
  }
}
