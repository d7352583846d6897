"""Who is at the desk: a staff member by bearer token."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from functions.desk.settings import StaffMember
from shared.domain.errors import UnauthorizedError


@dataclass(frozen=True, slots=True)
class StaffList:
    """The people who may use the desk."""

    members: Sequence[StaffMember]

    def identify(self, token: str | None) -> StaffMember:
        """Return whose token it is. Raises UnauthorizedError. Every token is compared, each in constant time."""
        given = (token or "").encode()
        found = [m for m in self.members if hmac.compare_digest(m.token.get_secret_value().encode(), given)]
        if not found:
            raise UnauthorizedError("not a staff token")
        return found[0]
