package io.rankstream.lab.fuzz;

/**
 * A record of the fuzzer.
 *
 * @param attack what is wrong with it
 * @param key key of the Kafka record
 * @param value value of the Kafka record, or null for none
 */
@SuppressWarnings("ArrayRecordComponent") // it is sent, and nobody compares it
public record HostileRecord(Attack attack, byte[] key, byte[] value) {}
