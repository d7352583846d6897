"""The Lambda entry: the application behind API Gateway events."""

from fastapi import FastAPI
from mangum import Mangum


def make_handler(app: FastAPI) -> Mangum:
    """Return the handler. Start-up work belongs to the init phase, so the application has no lifespan of its own."""
    return Mangum(app, lifespan="off")
