/**
 * How a model starts: its weights, its lineage, its device, and the start of the job that it
 * belongs to.
 */
package io.rankstream.pipeline.start;
