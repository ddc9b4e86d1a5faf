"""Labelled images from Kafka, as a plain consumer has them: decoded, in the order of the topic, from its start again and again.

Needs confluent-kafka, avro (or fastavro, which is used where it is there) and Pillow.
"""
import io
import json
import pathlib

import numpy as np
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition
from PIL import Image

SCHEMA_FILE = pathlib.Path(__file__).resolve().parents[2] / "schemas/src/main/avro/LabeledImage.avsc"
HEADER = 10  # bytes of Avro's single-object encoding before the record


def record_reader():
    """A function from the bytes of a record to its fields."""
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    try:
        import fastavro
    except ImportError:
        import avro.io
        import avro.schema

        reader = avro.io.DatumReader(avro.schema.parse(json.dumps(schema)))
        return lambda body: reader.read(avro.io.BinaryDecoder(io.BytesIO(body)))
    parsed = fastavro.parse_schema(schema)
    return lambda body: fastavro.schemaless_reader(io.BytesIO(body), parsed)


class KafkaImages:
    def __init__(self, bootstrap_servers, topic, channels, size):
        self.mode = "L" if channels == 1 else "RGB"
        self.size = size
        self.read = record_reader()
        self.classes = {}
        self.ready = []
        self.consumer = Consumer({
            "bootstrap.servers": bootstrap_servers,
            "group.id": "plain-python",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        })
        partitions = self.consumer.list_topics(topic, timeout=30).topics[topic].partitions
        self.partitions = [TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions]
        self.consumer.assign(self.partitions)

    def batch(self, count):
        """Pixels as bytes [count, channels, size, size], and the numbers of the classes."""
        while len(self.ready) < count:
            for message in self.consumer.consume(count, timeout=30):
                if message.error() is None:
                    self.ready.append(self.decode(message.value()))
                elif message.error().code() == KafkaError._PARTITION_EOF:
                    self.consumer.seek(TopicPartition(message.topic(), message.partition(), OFFSET_BEGINNING))
                else:
                    raise RuntimeError(message.error().str())
        taken, self.ready = self.ready[:count], self.ready[count:]
        pixels, labels = zip(*taken)
        return np.stack(pixels), np.array(labels)

    def decode(self, value):
        record = self.read(value[HEADER:])
        image = Image.open(io.BytesIO(record["image"])).convert(self.mode)
        if image.size != (self.size, self.size):
            image = image.resize((self.size, self.size), Image.BILINEAR)
        pixels = np.asarray(image).reshape(self.size, self.size, -1).transpose(2, 0, 1)
        return pixels, self.classes.setdefault(record["label"], len(self.classes))
