/** What the reports share: how a result came about, and which classes the model confuses. */
package io.rankstream.lab.report;
