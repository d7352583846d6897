"""DocumentParser that parses in a process of its own: a bomb, a hang or a crash ends that process and nothing else."""

import contextlib
import json
import os
import selectors
import subprocess
import threading
import time
from pathlib import Path
from typing import IO, Any

from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.rejections import Reason
from shared.adapters.parsers.worker import LENGTH, command_for
from shared.adapters.records.knowledge import parsed_from, to_record
from shared.domain.errors import DocumentRejectedError
from shared.domain.knowledge import DocumentMeta, ParsedDocument

_ROOT = Path(__file__).resolve().parents[3]
_PIPE_BYTES = 64 * 1024
_MAX_REPLY = 128 * 1024 * 1024
# Start-up of the interpreter and its imports do not count as the document's own time.
_START_S = 1.5
# A library may leak; a fresh process now and then costs a tenth of a second.
_DOCUMENTS_PER_PROCESS = 200


class SandboxedDocumentParser:
    """Parses one document at a time, in one process that is kept for the next; safe to share between threads.

    `close` ends the process; the next `parse` starts another. Implements `shared.ports.DocumentParser`.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0

    def parse(self, source: str, data: bytes, meta: DocumentMeta) -> ParsedDocument:
        """Return the parsed document. Raises DocumentRejectedError, within `limits.seconds` and about a second."""
        if len(data) > self._limits.file_bytes:
            detail = f"larger than {self._limits.file_bytes // 1024**2} MB; divide the file"
            raise DocumentRejectedError(source, Reason.TOO_LARGE, detail)
        with self._lock:
            reply = self._ask(source, data, meta)
        if "reason" in reply:
            raise DocumentRejectedError(source, str(reply["reason"]), str(reply["detail"]))
        try:
            return parsed_from(reply["parsed"])
        except (KeyError, TypeError, ValueError) as error:
            raise DocumentRejectedError(source, Reason.DAMAGED, "the reader ended in disorder") from error

    def close(self) -> None:
        """End the process; again: no effect."""
        with self._lock:
            self._end()

    def _ask(self, source: str, data: bytes, meta: DocumentMeta) -> dict[str, Any]:
        header = json.dumps({"source": source, "meta": to_record(meta)}).encode()
        request = b"".join((LENGTH.pack(len(header)), header, LENGTH.pack(len(data)), data))
        try:
            reply = self._exchange(request)
        except TimeoutError:
            self._end()
            detail = f"reading it takes longer than {self._limits.seconds:.0f} s; divide or simplify it"
            return {"reason": Reason.TIMEOUT, "detail": detail}
        except (OSError, EOFError, ValueError):
            self._end()
            return {"reason": Reason.DAMAGED, "detail": "the reader broke off on it; save it again, or in another format"}
        self._served += 1
        if reply.get("spent") or self._served >= _DOCUMENTS_PER_PROCESS:
            self._end()
        return reply

    def _exchange(self, request: bytes) -> dict[str, Any]:
        fresh = self._process is None or self._process.poll() is not None
        if fresh:
            self._end()
            self._start()
        deadline = time.monotonic() + self._limits.seconds + (_START_S if fresh else 0)
        self._send(request, deadline)
        size = LENGTH.unpack(self._receive(LENGTH.size, deadline))[0]
        if size > _MAX_REPLY:
            raise ValueError("the reply is larger than any document")
        return json.loads(self._receive(size, deadline))

    def _start(self) -> None:
        environment = {
            "PYTHONPATH": str(_ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUTF8": "1",
            "PATH": os.environ.get("PATH", ""),
            # One document at a time: threads of numeric libraries would only take memory from the limit.
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no text of a document in the command line
            command_for(self._limits),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=_ROOT,
            env=environment,
        )
        self._served = 0
        os.set_blocking(_descriptor(self._process.stdin), False)

    def _send(self, request: bytes, deadline: float) -> None:
        descriptor = _descriptor(self._process and self._process.stdin)
        view = memoryview(request)
        while view:
            _wait(descriptor, selectors.EVENT_WRITE, deadline)
            with contextlib.suppress(BlockingIOError):
                view = view[os.write(descriptor, view[:_PIPE_BYTES]) :]

    def _receive(self, size: int, deadline: float) -> bytes:
        descriptor = _descriptor(self._process and self._process.stdout)
        parts: list[bytes] = []
        while size:
            _wait(descriptor, selectors.EVENT_READ, deadline)
            part = os.read(descriptor, min(size, _PIPE_BYTES * 16))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()


def _descriptor(stream: IO[bytes] | None) -> int:
    if stream is None:
        raise EOFError
    return stream.fileno()


def _wait(descriptor: int, event: int, deadline: float) -> None:
    """Wait until the pipe can be used. Raises TimeoutError at the deadline."""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, event)
        if not selector.select(max(deadline - time.monotonic(), 0)):
            raise TimeoutError
