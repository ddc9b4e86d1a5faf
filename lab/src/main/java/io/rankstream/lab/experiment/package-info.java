/**
 * The paper's comparison as a command: arms that differ in loss, sampler and λ, each trained by the
 * real job on the same streams and scored on the same unseen images.
 */
package io.rankstream.lab.experiment;
