#!/usr/bin/env python3
"""Prints committed embeddings as JSON lines.

    pip install -r examples/python/requirements.txt
    python3 examples/python/consume_embeddings.py --bootstrap-servers localhost:9092 --no-follow

Reads both wire formats: Avro single-object encoding (C3 01, fingerprint, record) with the schema file of this
repository, and the Confluent format (00, schema id, record) with --registry URL.
"""
import argparse
import base64
import io
import json
import pathlib
import urllib.parse
import urllib.request

import trouble  # first: it tells which packages are missing

import avro.io
import avro.schema
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

import single_object

SCHEMA_FILE = pathlib.Path(__file__).resolve().parents[2] / "schemas/src/main/avro/ImageEmbedding.avsc"


class Decoder:
    """Decodes the values of the embeddings topic."""

    def __init__(self, schema, registry=None):
        self.reader_schema = avro.schema.parse(schema)
        self.header = single_object.header(self.reader_schema)
        self.registry = registry
        self.registered = {}

    def decode(self, value):
        if value[:2] == b"\xc3\x01":
            if value[:10] != self.header:
                raise ValueError("written with another schema than ImageEmbedding.avsc: " + value[2:10].hex())
            return self.read(value[10:], self.reader_schema)
        if value[:1] == b"\x00":
            return self.read(value[5:], self.schema_of(int.from_bytes(value[1:5], "big")))
        raise ValueError("neither Avro single-object encoding nor the Confluent format: " + value[:10].hex())

    def read(self, body, writer_schema):
        return avro.io.DatumReader(writer_schema, self.reader_schema).read(avro.io.BinaryDecoder(io.BytesIO(body)))

    def schema_of(self, schema_id):
        if schema_id not in self.registered:
            if not self.registry:
                raise ValueError("a record that names schema %d of a registry: give --registry URL" % schema_id)
            url = urllib.parse.urlsplit(self.registry)
            request = urllib.request.Request(
                "%s://%s%s/schemas/ids/%d" % (url.scheme, url.netloc.rpartition("@")[2], url.path.rstrip("/"), schema_id))
            if url.username:  # http://user:password@host:port
                login = "%s:%s" % (urllib.parse.unquote(url.username), urllib.parse.unquote(url.password or ""))
                request.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.registered[schema_id] = avro.schema.parse(json.load(answer)["schema"])
        return self.registered[schema_id]


def committed(servers, topic, follow=False):
    """Yields the committed messages of a topic from its beginning, to its end or for ever."""
    consumer = Consumer(trouble.quiet({
        "bootstrap.servers": servers,
        "group.id": "consume-embeddings-example",
        "isolation.level": "read_committed",  # nothing that a failure takes back
        "enable.auto.commit": False,
        "enable.partition.eof": True,
    }))
    found = consumer.list_topics(topic, timeout=15).topics[topic]
    if found.error is not None:
        raise ValueError("There is no topic %s (%s): correct its name, or start the job first, which creates it"
                         % (topic, found.error.str()))
    consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in found.partitions])

    at_end = set()
    try:
        while follow or len(at_end) < len(found.partitions):
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                if message.error().code() != KafkaError._PARTITION_EOF:
                    raise KafkaException(message.error())
                at_end.add(message.partition())
                continue
            yield message
    finally:
        consumer.close()


def main():
    parser = argparse.ArgumentParser(description="Print committed embeddings as JSON lines.")
    parser.add_argument("--bootstrap-servers", default="localhost:9092")
    parser.add_argument("--topic", default="embeddings.v2")
    parser.add_argument("--no-follow", action="store_true", help="stop at the end of the topic")
    parser.add_argument("--registry", help="URL of the schema registry, for the Confluent wire format")
    arguments = parser.parse_args()

    decoder = Decoder(SCHEMA_FILE.read_text(encoding="utf-8"), arguments.registry)
    with trouble.told(arguments.bootstrap_servers):
        for message in committed(arguments.bootstrap_servers, arguments.topic, not arguments.no_follow):
            print(json.dumps(line(decoder, message)), flush=True)


def line(decoder, message):
    line = {"partition": message.partition(), "offset": message.offset()}
    if message.value() is None:
        stream, _, image_id = (message.key() or b"").decode(errors="replace").partition("\n")
        return {**line, "image_id": image_id, "stream": stream, "deleted": True}
    try:
        embedding = decoder.decode(message.value())
    except ValueError as e:
        raise ValueError("%s-%d@%d is %s" % (message.topic(), message.partition(), message.offset(), e))
    # newer: the higher lineage, then the higher model_version
    names = ("image_id", "stream", "label", "lineage", "model_version", "space_id", "embedding")
    return {**line, **{name: embedding[name] for name in names}}


if __name__ == "__main__":
    main()
