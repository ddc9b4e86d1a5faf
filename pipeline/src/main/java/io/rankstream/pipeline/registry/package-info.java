/** The wire format of Confluent's serializers, and the schema registry that it needs. */
package io.rankstream.pipeline.registry;
