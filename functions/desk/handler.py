"""The Lambda entry: the staff application behind API Gateway events."""

from fastapi import FastAPI
from mangum import Mangum

from shared.runtime.problems import MEDIA_TYPE

# What is text, by the beginning of its type: anything else goes out in base64, which API Gateway would hand on as it is.
_TEXT = ["text/", "application/json", MEDIA_TYPE]


def make_handler(app: FastAPI) -> Mangum:
    """Return the handler. Start-up work belongs to the init phase, so the application has no lifespan of its own."""
    return Mangum(app, lifespan="off", text_mime_types=_TEXT)
