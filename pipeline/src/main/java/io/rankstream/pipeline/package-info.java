/** The training as a part of any Flink program, and the job that has it between topics of Kafka. */
package io.rankstream.pipeline;
