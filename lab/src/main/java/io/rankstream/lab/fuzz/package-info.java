/** Records that are made to harm a deployment, and the audit that says where each of them went. */
package io.rankstream.lab.fuzz;
