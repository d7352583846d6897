"""Who is at the desk: a staff member by bearer token, on the list as it is now."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from functions.desk.settings import StaffMember
from shared.domain.errors import DependencyUnavailableError, UnauthorizedError

Staff = Sequence[StaffMember]
_LIST = TypeAdapter(list[StaffMember])


@dataclass(frozen=True, slots=True)
class StaffList:
    """The people who may use the desk. `members` is asked at every request: who was taken off is nobody at the next one."""

    members: Callable[[], Staff]

    def identify(self, token: str | None) -> StaffMember:
        """Return whose token it is. Raises UnauthorizedError. Every token is compared, each in constant time."""
        given = (token or "").encode()
        found = [m for m in self.members() if hmac.compare_digest(m.token.get_secret_value().encode(), given)]
        if not found:
            raise UnauthorizedError("not a staff token")
        return found[0]


class WrittenStaff:
    """The staff in a text that somebody may change at any time: `[{"agent_id": "a1", "name": "小周", "token": "..."}]`.

    A text that is no such list lets nobody in, for it may be the one that took somebody off.
    """

    def __init__(self, text: Callable[[], str]) -> None:
        self._text = text
        self._read: tuple[str, Staff] = ("", ())

    def __call__(self) -> Staff:
        """Return the staff as the text says now. Raises DependencyUnavailableError."""
        text = self._text()
        known, staff = self._read
        if text != known:
            staff = parse_staff(text)
            self._read = (text, staff)
        return staff


def parse_staff(text: str) -> Staff:
    """Read a list of staff. Raises DependencyUnavailableError, which repeats nothing of the text."""
    try:
        staff = _LIST.validate_json(text)
    except ValidationError:
        # Its own message may quote tokens.
        raise DependencyUnavailableError("staff", _CURE) from None
    tokens = {member.token.get_secret_value() for member in staff}
    if not staff or len(tokens) != len(staff) or len({member.agent_id for member in staff}) != len(staff):
        raise DependencyUnavailableError("staff", _CURE)
    return tuple(staff)


_CURE = "the secret is no JSON list of people, each with an agent_id and a token of their own: docs/deploy.md, step 4"
