/** What all audits share: where a record comes from, and what came out against what had to. */
package io.rankstream.lab.audit;
