/** Builds self-contained HTML pages: template, plotting library and data in one file. */
package io.rankstream.pipeline.tools.report;
