/**
 * Configuration: option constants parse, immutable records carry, all problems are reported at
 * once.
 */
package io.rankstream.pipeline.config;
