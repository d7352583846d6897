"""Bedrock's models from a choice: what the factories and the deployed functions call."""

import boto3

from shared.adapters.bedrock.client import embedding_client
from shared.adapters.bedrock.embedders import bedrock_embedder
from shared.domain.model_choice import EmbedderChoice
from shared.ports import Embedder


def open_embedder(choice: EmbedderChoice) -> Embedder:
    """Return the embedder; no connection is opened. Raises InvalidInputError for a model or dimensions that are not known."""
    client = embedding_client(boto3.Session(), timeout_s=choice.timeout_s, region=choice.region)
    return bedrock_embedder(client, choice.name, choice.dimensions)
