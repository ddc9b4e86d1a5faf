/** The commands of the laboratory. */
package io.rankstream.lab.cli;
