"""Assets between two releases: while a rollout shares traffic, a page of one may ask the other for its scripts.

The alias draws for each request anew. Assets are named by their contents, so whoever has one has the right one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from functions.ingress.pages import PageFile, PageFiles
from shared.domain.errors import SupportError
from shared.ports import ReleaseStore
from shared.runtime.envelopes import Transport

JsonObject = Mapping[str, object]
# What marks the document of such a call among the events of API Gateway.
ASSET = "asset"
_NAME = re.compile(r"/assets/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")
_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherReleases:
    """Asks the stable release and the candidate, but for `own`. `releases` is not behind a cache: pages load in a second.

    `ask` carries {asset, release} to that release's version of this function. The one that is asked asks nobody else.
    """

    releases: ReleaseStore
    ask: Transport
    own: str

    def __call__(self, path: str) -> PageFile | None:
        """Return the file, or None when no other release has it or can be asked just now."""
        if not _NAME.fullmatch(path):
            return None
        try:
            traffic = self.releases.traffic()
            others = [name for name in (traffic.stable, traffic.candidate) if name not in ("", self.own)]
            return next((file for name in others if (file := self._from(name, path))), None)
        except SupportError:
            return None

    def _from(self, release_id: str, path: str) -> PageFile | None:
        answer = self.ask({ASSET: path, "release": release_id}, _TIMEOUT_S)
        body, media_type = answer.get("body"), answer.get("media_type")
        if not isinstance(body, str) or not isinstance(media_type, str):
            return None
        return PageFile(body=body.encode(), media_type=media_type)


def give_asset(pages: PageFiles, document: JsonObject) -> JsonObject:
    """Answer another release's question: {body, media_type}, or an empty object. Assets are text."""
    path = str(document[ASSET])
    file = pages.files.get(path) if _NAME.fullmatch(path) else None
    return {"body": file.body.decode(), "media_type": file.media_type} if file else {}
