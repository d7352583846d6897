"""KEFU_SEARCH_ENGINE and KEFU_EMBEDDER of the functions: what is chosen is complete, and what is missing is named."""

import pytest

from functions.knowledge.settings import Environment as KnowledgeEnvironment
from functions.retrieval.settings import Environment as RetrievalEnvironment
from shared.runtime.settings import ConfigurationError
from tests.infra.fake_environment import environment_of

ENGINE, URL, INDEX = "KEFU_SEARCH_ENGINE", "KEFU_SEARCH_URL", "KEFU_SEARCH_INDEX"
HOST, KEY = "KEFU_SEARCH_HOST", "KEFU_SEARCH_KEY_SECRET_ID"
PINECONE = {ENGINE: "pinecone", HOST: "kefu.svc.pinecone.io", KEY: "kefu/dev/search-key"}
TITAN = {"KEFU_EMBEDDER": "bedrock", "KEFU_EMBEDDER_NAME": "amazon.titan-embed-text-v2:0"}
Environment = type[RetrievalEnvironment] | type[KnowledgeEnvironment]


@pytest.fixture(params=[RetrievalEnvironment, KnowledgeEnvironment], ids=["retrieval", "knowledge"])
def settings(request: pytest.FixtureRequest) -> Environment:
    return request.param


def read(settings: Environment, **given: str) -> RetrievalEnvironment | KnowledgeEnvironment:
    return settings.from_env({**environment_of("retrieval"), **environment_of("knowledge"), **given})


@pytest.mark.parametrize(
    "given",
    [
        {},
        {ENGINE: "opensearch", URL: "https://search.example.com", INDEX: "kefu-dev-chunks"},
        PINECONE,
        {**PINECONE, URL: "https://search.example.com", INDEX: "kefu-dev-chunks"},
    ],
)
def test_every_engine_can_be_chosen(settings: Environment, given: dict[str, str]) -> None:
    assert read(settings, **given).search_engine == given.get(ENGINE, "small")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({ENGINE: "opensearch"}, URL),
        ({ENGINE: "opensearch", URL: "https://search.example.com"}, INDEX),
        ({ENGINE: "pinecone", KEY: "k"}, HOST),
        ({ENGINE: "pinecone", HOST: "h"}, KEY),
        ({**PINECONE, URL: "https://search.example.com"}, INDEX),
        ({ENGINE: "elastic"}, ENGINE),
        ({"KEFU_EMBEDDER": "bedrock"}, "KEFU_EMBEDDER_NAME"),
        (
            {"KEFU_EMBEDDER": "openai", "KEFU_EMBEDDER_NAME": "m", "KEFU_EMBEDDER_URL": "https://m.example.com"},
            "functions embed with e5 or bedrock",
        ),
    ],
)
def test_what_is_missing_is_named(settings: Environment, given: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        read(settings, **given)


def test_no_question_waits_longer_for_its_vector_than_for_its_leg() -> None:
    slow = {**environment_of("retrieval"), **TITAN, "KEFU_EMBEDDER_TIMEOUT_S": "5", "KEFU_LEG_TIMEOUT_S": "1.2"}
    assert RetrievalEnvironment.from_env(slow).question_choice().timeout_s == 1.2
    assert KnowledgeEnvironment.from_env({**environment_of("knowledge"), **TITAN}).embedder_choice().timeout_s == 5
