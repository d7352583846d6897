"""The handler that one writes first: one FastAPI application, every client and every Powertools utility at import.

What cold starts are compared with (run in an environment of its own, benchmarks/requirements-naive.txt).
"""

from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from fastapi import FastAPI
from mangum import Mangum
from opensearchpy import OpenSearch
from pydantic import BaseModel, Field

logger = Logger(service="naive")
tracer = Tracer(service="naive")
metrics = Metrics(namespace="Naive", service="naive")
dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")
functions = boto3.client("lambda")
search = OpenSearch(hosts=["http://127.0.0.1:9"])


class Opened(BaseModel):
    """A conversation."""

    conversation_id: str
    token: str


class Question(BaseModel):
    """What a customer asks."""

    text: str = Field(min_length=1, max_length=2000)


class Source(BaseModel):
    """Where an answer comes from."""

    title: str
    quote: str


class Answered(BaseModel):
    """An answer."""

    text: str
    sources: list[Source]


class Health(BaseModel):
    """Whether it runs."""

    status: str


app = FastAPI()


@app.get("/healthz", response_model=Health)
async def health() -> Any:
    return {"status": "ok"}


@app.post("/v1/conversations", response_model=Opened)
async def open_conversation() -> Any:
    return {"conversation_id": "c", "token": "t"}


@app.post("/v1/conversations/{conversation_id}/messages", response_model=Answered)
async def post_message(conversation_id: str, question: Question) -> Any:
    return {"text": question.text, "sources": []}


handler = Mangum(app, lifespan="off")
