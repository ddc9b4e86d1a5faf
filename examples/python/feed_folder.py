#!/usr/bin/env python3
"""Publishes a folder of class folders (photos/cats/1.jpg) as LabeledImage records.

    pip install -r examples/python/requirements.txt
    python3 examples/python/feed_folder.py localhost:9092 photos/ [TOPIC]
"""
import io
import pathlib
import sys
from datetime import datetime, timezone

import avro.io
import avro.schema
from confluent_kafka import Producer

import single_object

servers, folder = sys.argv[1], pathlib.Path(sys.argv[2])
topic = sys.argv[3] if len(sys.argv) > 3 else "images.labeled.v1"
schema_file = pathlib.Path(__file__).resolve().parents[2] / "schemas/src/main/avro/LabeledImage.avsc"

schema = avro.schema.parse(schema_file.read_text())
header = single_object.header(schema)
producer = Producer({"bootstrap.servers": servers, "enable.idempotence": True, "message.max.bytes": 8 << 20})
lost = []
for path in sorted(p for p in folder.glob("*/*") if p.suffix.lower() in (".jpg", ".jpeg", ".png")):
    image_id = path.relative_to(folder).as_posix()
    record = {"image_id": image_id, "stream": "default", "label": path.parent.name, "image": path.read_bytes(),
              "event_time": datetime.now(timezone.utc), "attributes": {}}
    out = io.BytesIO(header)
    out.seek(0, io.SEEK_END)
    avro.io.DatumWriter(schema).write(record, avro.io.BinaryEncoder(out))
    producer.produce(topic, key=image_id, value=out.getvalue(),
                     on_delivery=lambda error, message: lost.append(error) if error else None)
    producer.flush(30) if len(producer) > 1000 else producer.poll(0)
unsent = producer.flush(60)
if lost or unsent:
    raise SystemExit("error: %d records were not written: %s" % (len(lost) + unsent, lost[:1] or "time is up"))
