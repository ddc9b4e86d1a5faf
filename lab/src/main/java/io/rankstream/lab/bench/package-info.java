/**
 * Benchmarks as commands: what the parts of the system do a second on this machine. Whatever is
 * compared runs in turn in one process, so that a machine that changes its pace changes it for all.
 */
package io.rankstream.lab.bench;
