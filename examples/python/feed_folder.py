#!/usr/bin/env python3
"""Publishes a folder of class folders (photos/cats/1.jpg) as LabeledImage records.

    pip install -r examples/python/requirements.txt
    python3 examples/python/feed_folder.py localhost:9092 photos/ [TOPIC]

Links are followed. What is no image is passed over and told.
"""
import argparse
import collections
import io
import os
import pathlib
import sys
from datetime import datetime, timezone

import single_object

ENDINGS = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff"}
TOOLS = {"__macosx", "@eadir", "#recycle", "@recycle", "$recycle.bin", "system volume information", "thumbs.db",
         "ehthumbs.db", "desktop.ini", "lost+found", "__pycache__"}  # beside names that start with a dot
SCHEMA_FILE = pathlib.Path(__file__).resolve().parents[2] / "schemas/src/main/avro/LabeledImage.avsc"


def utf8(name):
    """A file's name in UTF-8, whatever the locale is: its label and id go to programs elsewhere."""
    try:
        return os.fsencode(name).decode("utf-8")
    except UnicodeDecodeError:
        raise SystemExit("error: the name %s is not in UTF-8: rename the file or folder" % ascii(name))


def images(folder, passed_over, names=(), above=()):
    """Yields path and names (those of the folders, its own) of each image below a folder; counts everything else."""
    real = os.path.realpath(folder)
    if real in above:
        raise SystemExit("error: %s is a link to a folder that it lies in: remove it" % folder)
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        ending = os.path.splitext(entry.name)[1].lower()
        if entry.name.startswith(".") or entry.name.lower() in TOOLS:
            passed_over["folders hidden or of a tool" if entry.is_dir() else "hidden or of a tool"] += 1
        elif entry.is_dir():
            yield from images(entry.path, passed_over, names + (utf8(entry.name),), above + (real,))
        elif not entry.is_file():
            passed_over["links to nothing, pipes or devices"] += 1
        elif ending not in ENDINGS:
            passed_over[ending or "without an ending"] += 1
        elif not names:
            passed_over["images outside of class folders"] += 1
        else:
            yield entry.path, names + (utf8(entry.name),)


def main():
    parser = argparse.ArgumentParser(description="Publish a folder of class folders as images for the job.")
    parser.add_argument("servers", help="address of Kafka, such as localhost:9092")
    parser.add_argument("folder", help="folder of class folders, such as photos/")
    parser.add_argument("topic", nargs="?", default="images.v2", help="input topic of the job (default: images.v2)")
    arguments = parser.parse_args()

    import trouble  # first: it tells which packages are missing

    with trouble.told(arguments.servers):
        feed(arguments.servers, arguments.folder, arguments.topic)


def feed(servers, folder, topic):
    import avro.io
    import avro.schema
    import trouble
    from confluent_kafka import KafkaException, Producer

    if not os.path.isdir(folder):
        raise ValueError("There is no folder %s" % folder)

    passed_over = collections.Counter()
    found = list(images(folder, passed_over))  # all, so that nothing is sent of a folder that cannot be read
    if passed_over:
        print("passed over " + ", ".join("%d %s" % (n, ascii(kind)[1:-1]) for kind, n in passed_over.most_common()),
              file=sys.stderr)
    if not found:
        raise SystemExit("error: %s has no images (JPEG, PNG, GIF, BMP, WebP or TIFF in class folders, such as cats/1.jpg)" % folder)

    schema = avro.schema.parse(SCHEMA_FILE.read_text(encoding="utf-8"))
    header = single_object.header(schema)
    producer = Producer(trouble.quiet(
        {"bootstrap.servers": servers, "enable.idempotence": True, "message.max.bytes": 8 << 20,
         "partitioner": "murmur2_random"}))  # that of Java: one partition for all records of a key
    producer.list_topics(timeout=15)  # a Kafka that is away is told now
    lost = []
    for path, names in found:
        image_id = "/".join(names)
        record = {"image_id": image_id, "stream": "default", "label": "/".join(names[:-1]),
                  "image": pathlib.Path(path).read_bytes(), "event_time": datetime.now(timezone.utc), "attributes": {}}
        out = io.BytesIO(header)
        out.seek(0, io.SEEK_END)
        avro.io.DatumWriter(schema).write(record, avro.io.BinaryEncoder(out))
        try:
            producer.produce(topic, key="default\n" + image_id, value=out.getvalue(),
                             on_delivery=lambda error, message: lost.append(error) if error else None)
        except KafkaException as e:
            raise ValueError("%s is not sent (%s): leave it out or make it smaller" % (path, e.args[0].str()))
        producer.flush(30) if len(producer) > 1000 else producer.poll(0)
    unsent = producer.flush(60)
    if lost or unsent:
        raise SystemExit("error: %d of %d records were not written (%s): send them again"
                         % (len(lost) + unsent, len(found), lost[0].str() if lost else "no answer in 60 s"))


if __name__ == "__main__":
    main()
