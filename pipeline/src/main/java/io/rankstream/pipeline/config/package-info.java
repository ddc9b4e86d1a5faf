/** Declares every setting, checks all of them at once and builds immutable records from them. */
package io.rankstream.pipeline.config;
