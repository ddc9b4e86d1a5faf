package io.rankstream.pipeline.window;

/**
 * What the gauges of one stream's window show.
 *
 * @param fresh new images that wait for a batch
 * @param classes classes in the window
 * @param reservoir images kept for replay
 * @param bytes bytes of all images
 * @param oldestFresh processing time at which the oldest fresh image arrived; 0 when none waits
 * @param singletons classes with one image
 * @param largestClass bytes of the class with the most
 * @param smallestClass bytes of the class with the least
 * @param balance exponent γ of the traffic in the choice of classes
 */
record WindowFigures(
    int fresh,
    int classes,
    int reservoir,
    long bytes,
    long oldestFresh,
    int singletons,
    long largestClass,
    long smallestClass,
    double balance) {

  static WindowFigures of(ClassTable table, WindowCounters counters) {
    return new WindowFigures(
        table.fresh(),
        table.classes(),
        table.kept(),
        table.bytes(),
        table.oldestFresh() == null ? 0 : table.oldestFresh().rank(),
        table.singletons(),
        table.largestBytes(),
        table.smallestBytes(),
        counters.balance);
  }
}
