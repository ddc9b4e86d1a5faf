/** Disturbs a running job and audits its output. */
package io.rankstream.lab.chaos;
