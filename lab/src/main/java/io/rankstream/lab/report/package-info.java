/**
 * What the reports share: how a result came about, which classes the model confuses, and which it
 * forgets.
 */
package io.rankstream.lab.report;
