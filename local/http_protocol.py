"""HTTP/1.1 for clients that may be slow on purpose: a request's head arrives in time, or its connection is closed."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 10.0


class TimelyProtocol(H11Protocol):
    """uvicorn's own protocol, which waits for ever between two bytes of a head, with one timer more.

    The timer runs from the connection's beginning, or from the first byte behind an answer, and stops while one is made.
    """

    head_s = HEAD_S
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes; they do not make the timer begin anew."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        self._stop()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self._is_answering():
            self._stop()
        elif self._timer is None:
            self._timer = self.loop.call_later(self.head_s, self._give_up)

    def _is_answering(self) -> bool:
        # uvicorn declares the cycle without None, but begins with it.
        return bool(self.cycle) and not self.cycle.response_complete

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if not self._is_answering():
            self.transport.close()
