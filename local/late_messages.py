"""What comes of itself in a conversation at the terminal: an agent's words, an answer that took longer, a ticket's change."""

import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.talk import Talk
from shared.domain.errors import SupportError

# As often as the chat page looks while somebody waits.
LOOK_EVERY_S = 2.0
Json = Mapping[str, Any]


@dataclass(slots=True)
class LateMessages:
    """One conversation whose every message is shown once: as the answer to `ask`, or by a later `look`. Any thread may call."""

    talk: Talk
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _answered: set[str] = field(default_factory=set)
    _after: int = 0

    def ask(self, text: str) -> Json:
        """Send a message, and return what `Talk.ask` returns."""
        with self._lock:
            answer = self.talk.ask(text)
            if answer.get("message"):
                self._answered.add(answer["message"]["message_id"])
            return answer

    def look(self) -> list[Json]:
        """Return what others said since the last look and `ask` did not return. Raises SupportError."""
        with self._lock:
            found = list(self.talk.messages(self._after))
            if found:
                self._after = found[-1]["position"]
            return [one for one in found if one["author"] != "customer" and one["message_id"] not in self._answered]


@contextmanager
def shown_as_they_come(late: LateMessages, show: Callable[[Json], None], every_s: float = LOOK_EVERY_S) -> Generator[None]:
    """Look until the block ends, in a thread of its own, and hand on what was said."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(every_s):
            try:
                said = late.look()
            except SupportError:
                continue  # the next look finds it; what is asked meanwhile fails openly
            for message in said:
                show(message)

    thread = threading.Thread(target=look, name="late-messages", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
