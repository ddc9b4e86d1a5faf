#!/usr/bin/env python3
"""Finds the neighbours of a new embedding in an index of older ones, with the map that the job publishes.

    pip install -r examples/python/requirements.txt
    python3 examples/python/query_old_index.py --bootstrap-servers localhost:9092 --id cats/1.jpg

The job needs drift.map = true and versions.directory, a folder that this program can read. The index has the newest
embedding of each image that is no newer than the version that the map starts from. The query is the newest embedding
of an image, or --vector '[0.1, ...]', an embedding by the present model from elsewhere.
Prints one line of JSON: the mapped query, and its nearest images by distance.
"""
import argparse
import array
import hashlib
import json
import math
import pathlib
import sys
import urllib.parse
import urllib.request

import consume_embeddings
import trouble

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas/src/main/avro"


def inlined(schema, known):
    """A schema in one piece: the first use of a name stands for the file of that name."""
    if isinstance(schema, str) and schema not in known and (SCHEMAS / (schema + ".avsc")).exists():
        known.add(schema)
        schema = json.loads((SCHEMAS / (schema + ".avsc")).read_text(encoding="utf-8"))
    if isinstance(schema, list):
        return [inlined(each, known) for each in schema]
    if isinstance(schema, dict):
        parts = {part: inlined(schema[part], known) for part in ("type", "items", "values") if part in schema}
        fields = {"fields": [inlined(field, known) for field in schema["fields"]]} if "fields" in schema else {}
        return {**schema, **parts, **fields}
    return schema


def read_map(uri, sha256):
    """The rows of the tensor named map in a safetensors file: new = old x map."""
    address = urllib.parse.urlsplit(uri)
    if address.scheme not in ("", "file"):
        raise SystemExit("error: this program reads the map from a folder, not from %s: copy it and change read_map" % uri)
    path = urllib.request.url2pathname(address.path)
    content = pathlib.Path(path).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SystemExit("error: %s is not the file that was announced: copy it again" % path)
    length = int.from_bytes(content[:8], "little")
    entry = json.loads(content[8:8 + length])["map"]
    begin, end = entry["data_offsets"]
    values = array.array("f", content[8 + length + begin:8 + length + end])
    if sys.byteorder == "big":
        values.byteswap()
    rows, columns = entry["shape"]
    return [values[row * columns:(row + 1) * columns] for row in range(rows)]


def to_old(rows, embedding):
    """A new embedding in the space of the old version: the map is orthogonal, so its transpose leads back."""
    return [math.fsum(value * x for value, x in zip(row, embedding)) for row in rows]


def distance(a, b):
    return math.sqrt(math.fsum((x - y) ** 2 for x, y in zip(a, b)))


def rank(record):
    return record["lineage"], record["model_version"]


def newest_map(arguments):
    decoder = consume_embeddings.Decoder(json.dumps(inlined("ModelVersion", set())), arguments.registry)
    found = None
    for message in consume_embeddings.committed(arguments.bootstrap_servers, arguments.models_topic):
        version = decoder.decode(message.value())
        if version["stream"] == arguments.stream and version["drift"] and version["drift"]["map_uri"]:
            found = version
    if found is None:
        raise SystemExit("error: %s has no map of stream %s: the job needs drift.map = true, and drift.every-steps "
                         "steps between two versions" % (arguments.models_topic, arguments.stream))
    return found


def vector(text):
    """An embedding, from a list of numbers in JSON."""
    try:
        return [float(value) for value in json.loads(text)]
    except (TypeError, ValueError):
        raise argparse.ArgumentTypeError("%s (must be a list of numbers in JSON, such as [0.6, 0.8])" % text)


def count(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("%s (must be 1 or more)" % text)
    return int(text)


def main():
    parser = argparse.ArgumentParser(description="Find the neighbours of a new embedding in an index of older ones.")
    parser.add_argument("--bootstrap-servers", default="localhost:9092")
    parser.add_argument("--embeddings-topic", default="embeddings.v2")
    parser.add_argument("--models-topic", default="models.v1")
    parser.add_argument("--stream", default="default")
    query = parser.add_mutually_exclusive_group(required=True)
    query.add_argument("--id", help="image that is looked for")
    query.add_argument("--vector", type=vector, help="embedding that is looked for, a list in JSON")
    parser.add_argument("--k", type=count, default=5, help="neighbours")
    parser.add_argument("--registry", help="URL of the schema registry, for the Confluent wire format")
    arguments = parser.parse_args()
    with trouble.told(arguments.bootstrap_servers):
        print(json.dumps(answer(arguments)))


def answer(arguments):
    version = newest_map(arguments)
    drift = version["drift"]
    rows = read_map(drift["map_uri"], drift["map_sha256"])
    base = (drift["against_lineage"], drift["against_version"])
    schema = consume_embeddings.SCHEMA_FILE.read_text(encoding="utf-8")
    decoder = consume_embeddings.Decoder(schema, arguments.registry)
    index, query = {}, None
    for message in consume_embeddings.committed(arguments.bootstrap_servers, arguments.embeddings_topic):
        if message.value() is None:
            stream, _, image_id = (message.key() or b"").decode(errors="replace").partition("\n")
            if stream == arguments.stream:
                index.pop(image_id, None)
                query = None if image_id == arguments.id else query
            continue
        record = decoder.decode(message.value())
        if record["stream"] != arguments.stream or record["space_id"] != version["space_id"]:
            continue
        if rank(record) <= base:
            index[record["image_id"]] = record["embedding"]
        if record["image_id"] == arguments.id and (query is None or rank(record) >= rank(query)):
            query = record
    if arguments.vector:
        vector, is_new = arguments.vector, True
    elif query is None:
        raise SystemExit("error: %s has no embedding of %s" % (arguments.embeddings_topic, arguments.id))
    else:
        vector, is_new = query["embedding"], rank(query) > base
    if len(vector) != len(rows):
        raise SystemExit("error: the query has %d values, the map is for %d" % (len(vector), len(rows)))

    mapped = to_old(rows, vector) if is_new else vector
    distances = {other: distance(mapped, old) for other, old in index.items() if other != arguments.id}
    nearest = sorted(distances, key=lambda other: (distances[other], other))[:arguments.k]
    return {"index_version": base[1], "map_version": version["model_version"], "mapped": mapped,
            "neighbours": [{"id": other, "distance": distances[other]} for other in nearest]}


if __name__ == "__main__":
    main()
