#!/usr/bin/env python3
"""Writes vectors.txt with Debian's msgpack (apt-get install python3-msgpack).

Run it as: /usr/bin/python3 generate_vectors.py > vectors.txt

Each line is: kind, value, length of the encoding, its SHA-256, and its first 64 bytes. A value of a kind that has a
size is the size alone; its bytes follow the pattern i % 251.
"""
import hashlib

import msgpack

LENGTHS = [0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536]

def pattern(length):
    return bytes(i % 251 for i in range(length))


def emit(kind, value, obj):
    encoded = msgpack.packb(obj, use_bin_type=True)
    digest = hashlib.sha256(encoded).hexdigest()
    print(kind, value, len(encoded), digest, encoded[:64].hex(), sep="\t")


def message(type, sender, to, term=0, index=0, log_term=0, commit=0, entries=(), reject=False, hint=0, context=0,
            chunk=None, cluster_id=0, format_version=0):
    return [type, sender, to, term, index, log_term, commit, list(entries), reject, hint, context, chunk, cluster_id,
            format_version]


for length in LENGTHS:
    emit("bin", length, pattern(length))

emit("message", "heartbeat", message(
    7, 1, 2, term=9, commit=300, context=2**64 - 1, cluster_id=2**64 - 2))
emit("message", "append", message(1, 2**63, 70000, term=5, index=10, log_term=4, commit=8, entries=[
    [11, 5, 1, pattern(300)], [12, 5, 0, b""], [13, 5, 2, pattern(3)]]))
emit("message", "rejection", message(2, 3, 1, term=6, index=65536, reject=True, hint=65535, format_version=2))
emit("message", "snapshot", message(9, 1, 3, term=7, chunk=[
    [1000, 6, pattern(120)], 2**40, 2**33, pattern(70000), 0xDEADBEEF]))
