package io.rankstream.lab.fuzz;

/**
 * What the audit remembers of a record.
 *
 * @param attack what is wrong with it
 * @param key SHA-256 of the key
 * @param value SHA-256 of the value, or empty where there is none
 */
record SentRecord(Attack attack, String key, String value) {}
