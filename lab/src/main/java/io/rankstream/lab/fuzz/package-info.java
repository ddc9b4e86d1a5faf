/** Sends hostile records to a job and accounts for each of them. */
package io.rankstream.lab.fuzz;
