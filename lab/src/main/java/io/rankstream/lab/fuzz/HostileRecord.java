package io.rankstream.lab.fuzz;

import java.util.List;
import org.apache.kafka.common.header.Header;

/**
 * A record of the fuzzer.
 *
 * @param attack what is wrong with it
 * @param key key of the Kafka record
 * @param value value of the Kafka record, or null for none
 * @param headers headers of the Kafka record
 * @param timestamp Kafka's timestamp of the record, or null for the clock of the producer
 */
@SuppressWarnings("ArrayRecordComponent") // records are sent, never compared
public record HostileRecord(
    Attack attack, byte[] key, byte[] value, List<Header> headers, Long timestamp) {}
