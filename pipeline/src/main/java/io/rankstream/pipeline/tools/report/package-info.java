/** Self-contained HTML pages: template, plotting library and figures in one file. */
package io.rankstream.pipeline.tools.report;
