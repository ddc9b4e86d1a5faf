package io.rankstream.pipeline.connect;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobInfo;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.UserCodeClassLoader;
import org.apache.flink.util.function.ThrowingRunnable;

/** The context of a writer, in which failures that reach the task by mail are named too. */
final class NamingWriterContext implements WriterInitContext {

  private final WriterInitContext context;
  private final WriterFailures failures;
  private final WriterAdmin admin;

  NamingWriterContext(WriterInitContext context, WriterFailures failures, WriterAdmin admin) {
    this.context = context;
    this.failures = failures;
    this.admin = admin;
  }

  @Override
  public MailboxExecutor getMailboxExecutor() {
    return new NamingMailbox(context.getMailboxExecutor(), failures);
  }

  @Override
  public UserCodeClassLoader getUserCodeClassLoader() {
    return context.getUserCodeClassLoader();
  }

  @Override
  public ProcessingTimeService getProcessingTimeService() {
    return context.getProcessingTimeService();
  }

  @Override
  public SinkWriterMetricGroup metricGroup() {
    return admin.watch(context.metricGroup());
  }

  @Override
  public SerializationSchema.InitializationContext asSerializationSchemaInitializationContext() {
    return context.asSerializationSchemaInitializationContext();
  }

  @Override
  public boolean isObjectReuseEnabled() {
    return context.isObjectReuseEnabled();
  }

  @Override
  public <T> TypeSerializer<T> createInputSerializer() {
    return context.createInputSerializer();
  }

  @Override
  public <M> Optional<Consumer<M>> metadataConsumer() {
    return context.metadataConsumer();
  }

  @Override
  public OptionalLong getRestoredCheckpointId() {
    return context.getRestoredCheckpointId();
  }

  @Override
  public JobInfo getJobInfo() {
    return context.getJobInfo();
  }

  @Override
  public TaskInfo getTaskInfo() {
    return context.getTaskInfo();
  }

  private record NamingMailbox(MailboxExecutor mailbox, WriterFailures failures)
      implements MailboxExecutor {

    @Override
    public void execute(
        MailOptions options,
        ThrowingRunnable<? extends Exception> command,
        String description,
        Object... arguments) {
      mailbox.execute(
          options,
          () -> {
            try {
              command.run();
            } catch (Exception e) {
              throw failures.named(e);
            }
          },
          description,
          arguments);
    }

    @Override
    public void yield() throws InterruptedException, FlinkRuntimeException {
      mailbox.yield();
    }

    @Override
    public boolean tryYield() throws FlinkRuntimeException {
      return mailbox.tryYield();
    }

    @Override
    public boolean shouldInterrupt() {
      return mailbox.shouldInterrupt();
    }
  }
}
