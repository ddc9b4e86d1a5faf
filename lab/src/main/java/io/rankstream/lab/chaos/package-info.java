/**
 * A laboratory that kills the processes of a running job and audits what comes out: broker, job
 * manager and task managers are processes of their own, and the auditor reads nothing but Kafka.
 */
package io.rankstream.lab.chaos;
