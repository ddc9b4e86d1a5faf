/** The commands of the laboratory, and the entry point that has all commands. */
package io.rankstream.lab.cli;
