/** Matches a job's output with its input, for every audit. */
package io.rankstream.lab.audit;
