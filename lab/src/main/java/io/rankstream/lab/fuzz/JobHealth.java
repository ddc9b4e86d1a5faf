package io.rankstream.lab.fuzz;

/**
 * The state of a job, as Flink reports it.
 *
 * @param state Flink's word for it, such as RUNNING
 * @param restarts number of times that the job was restarted
 * @param heapBytes heap in use over all task managers
 */
public record JobHealth(String state, long restarts, long heapBytes) {}
