/** Kills the processes of a running job and audits its output from Kafka alone. */
package io.rankstream.lab.chaos;
