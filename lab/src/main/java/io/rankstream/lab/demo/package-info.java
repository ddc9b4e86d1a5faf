/** The demo: broker, cluster, feeder and live page in one process, on real images. */
package io.rankstream.lab.demo;
