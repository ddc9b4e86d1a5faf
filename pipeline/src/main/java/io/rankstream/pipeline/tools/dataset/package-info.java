/** Opens labelled image sets: IDX files, class folders, zip files and a generated set. */
package io.rankstream.pipeline.tools.dataset;
