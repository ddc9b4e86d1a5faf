/** Checks of what a job needs, before it needs it. */
package io.rankstream.pipeline.tools.doctor;
