"""The process in which documents are parsed: `python -m shared.adapters.parsers.worker`. It holds nothing worth taking.

Protocol on its standard streams: an 8-byte length and a JSON header, an 8-byte length and the document; back come an
8-byte length and one JSON object. JSON, not pickle: a taken-over worker can lie about one document and do nothing else.
"""

import json
import os
import resource
import struct
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.rejections import Reason, RejectedFile
from shared.adapters.records.knowledge import meta_from, to_record

LENGTH = struct.Struct(">Q")
_OPEN_FILES = 64
# Nested pages are walked by recursion; CPython 3.11 keeps Python frames off the C stack.
_DEPTH = 20_000


def main() -> None:
    """Serve requests until the parent closes the stream."""
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    # What a library prints must not get into the replies.
    os.dup2(2, 1)
    limits = Limits(**json.loads(sys.argv[1]))
    sys.setrecursionlimit(_DEPTH)
    _confine(limits)
    while (header := _read(requests)) is not None:
        reply = json.dumps(_answer(json.loads(header), _read(requests) or b"", limits), ensure_ascii=False).encode(
            "utf-8", "replace"
        )
        replies.write(LENGTH.pack(len(reply)) + reply)
        replies.flush()


def command_for(limits: Limits) -> list[str]:
    """Return the command line that starts a worker with these limits."""
    return [sys.executable, "-m", "shared.adapters.parsers.worker", json.dumps(asdict(limits))]


def _confine(limits: Limits) -> None:
    """Bound private memory, files and cores. Address space is bounded too where private memory is not (not on Linux)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    for kind, most in ((resource.RLIMIT_DATA, limits.memory), (resource.RLIMIT_NOFILE, _OPEN_FILES)):
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):  # some systems do not know the limit; the parent's clock still holds
            continue


def _answer(header: dict[str, Any], data: bytes, limits: Limits) -> dict[str, Any]:
    from shared.adapters.parsers.parse import parse_document

    _allow_seconds(limits.seconds)
    try:
        return {"parsed": to_record(parse_document(header["source"], data, meta_from(header["meta"]), limits))}
    except RejectedFile as error:
        return {"reason": error.reason, "detail": error.detail}
    except MemoryError:
        return {"reason": Reason.TOO_LARGE, "detail": "reading it takes too much memory; divide the file", "spent": True}
    except RecursionError:
        return {"reason": Reason.DAMAGED, "detail": "its parts are nested too deeply"}
    except Exception as error:  # the edge of the process: a parser's own fault must reject one document, not end the run
        return {"reason": Reason.DAMAGED, "detail": f"it cannot be read ({type(error).__name__})", "spent": True}


def _allow_seconds(seconds: float) -> None:
    """Bound the CPU time from now on; it still holds when the parent is gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 2, hard))


def _read(stream: BinaryIO) -> bytes | None:
    prefix = stream.read(LENGTH.size)
    if len(prefix) < LENGTH.size:
        return None
    return stream.read(LENGTH.unpack(prefix)[0])


if __name__ == "__main__":
    main()
