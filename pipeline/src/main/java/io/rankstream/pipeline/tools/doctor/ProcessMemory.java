package io.rankstream.pipeline.tools.doctor;

import static org.apache.flink.configuration.TaskManagerOptions.TASK_HEAP_MEMORY;
import static org.apache.flink.configuration.TaskManagerOptions.TASK_OFF_HEAP_MEMORY;
import static org.apache.flink.configuration.TaskManagerOptions.TOTAL_FLINK_MEMORY;
import static org.apache.flink.configuration.TaskManagerOptions.TOTAL_PROCESS_MEMORY;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;

/**
 * The memory of a process that runs tasks, in bytes: this one, or a TaskManager whose memory the
 * settings name.
 *
 * @param heap heap for tasks
 * @param offHeap memory of the tasks outside of the heap
 * @param subtasks largest number of subtasks of an operator in the process
 * @param heapKey where the heap is set
 * @param offHeapAdvice where the other memory comes from; continues with "of … or more"
 */
record ProcessMemory(long heap, long offHeap, int subtasks, String heapKey, String offHeapAdvice) {

  static ProcessMemory of(Configuration given) {
    boolean isTaskManager =
        given.contains(TOTAL_PROCESS_MEMORY)
            || given.contains(TOTAL_FLINK_MEMORY)
            || given.contains(TASK_HEAP_MEMORY);
    return isTaskManager ? ofTaskManager(given) : ofThisProcess();
  }

  private static ProcessMemory ofTaskManager(Configuration given) {
    TaskExecutorProcessSpec spec = TaskExecutorProcessUtils.processSpecFromConfig(given);
    return new ProcessMemory(
        spec.getTaskHeapSize().getBytes(),
        spec.getTaskOffHeapSize().getBytes(),
        given.get(TaskManagerOptions.NUM_TASK_SLOTS),
        TASK_HEAP_MEMORY.key(),
        "set " + TASK_OFF_HEAP_MEMORY.key() + " to a size");
  }

  private static ProcessMemory ofThisProcess() {
    long heap = Runtime.getRuntime().maxMemory();
    OperatingSystemMXBean machine =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new ProcessMemory(
        heap,
        Math.max(0, machine.getTotalMemorySize() - heap), // that of a container in a container
        Integer.MAX_VALUE,
        "RANKSTREAM_HEAP",
        "use a machine with memory beside the heap");
  }
}
