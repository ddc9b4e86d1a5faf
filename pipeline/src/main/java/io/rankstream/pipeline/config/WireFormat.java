package io.rankstream.pipeline.config;

/** The header in front of the Avro data of a value. */
public enum WireFormat {
  /** C3 01 and the fingerprint of the schema: Avro single-object encoding, without a registry. */
  SINGLE_OBJECT,
  /** 00 and the id of the schema in a Confluent schema registry. */
  CONFLUENT
}
