"""The ten bytes in front of a record in Avro single-object encoding."""
import re

EMPTY = 0xC15D213AA4D7A795


def header(schema):
    """C3 01 and the CRC-64-AVRO fingerprint of the schema's canonical form, little-endian."""
    # The avro package leaves {"type":"long"} where a logical type was; the canonical form is "long".
    canonical = re.sub(r'\{"type":("\w+")\}', r"\1", schema.canonical_form)
    fingerprint = EMPTY
    for byte in canonical.encode():
        fingerprint ^= byte
        for _ in range(8):
            fingerprint = (fingerprint >> 1) ^ (EMPTY if fingerprint & 1 else 0)
    return b"\xc3\x01" + fingerprint.to_bytes(8, "little")
