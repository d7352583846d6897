"""Frames of Amazon's event stream, written from its published format (botocore reads them and writes none).

Source: smithy.io/2.0/aws/amazon-eventstream.html: total length, length of headers, CRC32 of these two; headers (name,
type 7, text); payload; CRC32 of everything before. Integers are big-endian.
"""

import json
import struct
import zlib
from collections.abc import Mapping

_TEXT = 7


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """Return one message."""
    written = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack(">II", 16 + len(written) + len(payload), len(written))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + written + payload
    return message + struct.pack(">I", zlib.crc32(message))


def event(kind: str, payload: Mapping[str, object]) -> bytes:
    """Return an event as Bedrock sends it."""
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps(payload, ensure_ascii=False).encode())


def failure(kind: str, message: str = "no") -> bytes:
    """Return an exception in the middle of a stream."""
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, json.dumps({"message": message}).encode())


def text(piece: str) -> bytes:
    """Return a piece of the reply."""
    return event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}})


def stop(reason: str = "end_turn") -> bytes:
    """Return why the model stopped."""
    return event("messageStop", {"stopReason": reason})


def usage(tokens_in: int, tokens_out: int) -> bytes:
    """Return the last event, with the counts."""
    counts = {"inputTokens": tokens_in, "outputTokens": tokens_out, "totalTokens": tokens_in + tokens_out}
    return event("metadata", {"usage": counts, "metrics": {"latencyMs": 5}})


def whole(*pieces: str, reason: str = "end_turn") -> list[bytes]:
    """Return a proper stream."""
    start = event("messageStart", {"role": "assistant"})
    return [start, *map(text, pieces), event("contentBlockStop", {"contentBlockIndex": 0}), stop(reason), usage(321, 45)]


def _header(name: str, value: str) -> bytes:
    key, data = name.encode(), value.encode()
    return struct.pack(">B", len(key)) + key + struct.pack(">BH", _TEXT, len(data)) + data
