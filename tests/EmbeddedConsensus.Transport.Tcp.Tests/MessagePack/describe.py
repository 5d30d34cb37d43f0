#!/usr/bin/env python3
"""Reads MessagePack values in hexadecimal, one a line, with Debian's msgpack; for each writes a line of what the value
says, a tab, and the value as msgpack itself encodes it."""
import sys
import msgpack


def describe(value):
    if isinstance(value, list):
        return "[" + ",".join(describe(item) for item in value) + "]"
    if isinstance(value, bytes):
        return "x" + value.hex()
    return str(value)


for line in sys.stdin:
    value = msgpack.unpackb(bytes.fromhex(line.strip()), raw=False, strict_map_key=False)
    print(describe(value), msgpack.packb(value, use_bin_type=True).hex(), sep="\t")
