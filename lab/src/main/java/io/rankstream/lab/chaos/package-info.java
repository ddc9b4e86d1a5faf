/** Kills the processes of a running job and audits its output. */
package io.rankstream.lab.chaos;
