package io.rankstream.pipeline.config;

import org.apache.flink.configuration.Configuration;

/** Defaults of the settings of the training that go together; a given setting wins. */
public enum Recipe {
  /** What the settings declare: for networks that learn from random weights, without an end. */
  DEFAULT,
  /** What the paper's code does. */
  PAPER;

  /** The defaults that differ from those of the declarations. */
  Configuration defaults() {
    return switch (this) {
      case DEFAULT -> new Configuration();
      case PAPER ->
          new JobSettings()
              .with(JobOptions.BATCH_BALANCE, "0")
              .with(ModelOptions.MODEL_AVERAGE_DECAY, 0.0)
              .with(ModelOptions.LOSS_LOGIT_ADJUSTMENT, 0.0)
              .with(ModelOptions.OPTIMIZER_LEARNING_RATE, 0.01)
              .with(ModelOptions.OPTIMIZER_WARM_UP_STEPS, 0L)
              .with(ModelOptions.OPTIMIZER_NESTEROV, false)
              .with(ModelOptions.OPTIMIZER_WEIGHT_DECAY, 0.0)
              .configuration();
    };
  }
}
