"""The Lambda entry: the application behind API Gateway events, and assets for the function's other versions."""

from collections.abc import Callable, Mapping
from typing import Any

from mangum import Mangum
from mangum.types import ASGI

from functions.ingress.other_releases import ASSET, give_asset
from functions.ingress.pages import PageFiles
from shared.runtime.problems import MEDIA_TYPE

# What is text, by the beginning of its type: anything else goes out in base64, which API Gateway would hand on as it is.
_TEXT = ["text/", "application/json", MEDIA_TYPE, "image/svg+xml"]


def make_handler(app: ASGI, pages: PageFiles | None = None) -> Callable[[Any, Any], Mapping[str, object]]:
    """Return the handler. Start-up work belongs to the init phase, so the application has no lifespan of its own."""
    over_http = Mangum(app, lifespan="off", text_mime_types=_TEXT)

    def handle(event: Any, context: Any) -> Mapping[str, object]:
        if pages and ASSET in event:
            return give_asset(pages, event)
        return over_http(event, context)

    return handle
