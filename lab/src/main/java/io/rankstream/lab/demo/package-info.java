/** The local demo: broker, cluster, feeder and reader in one process, on real images. */
package io.rankstream.lab.demo;
