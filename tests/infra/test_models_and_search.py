"""A stage's choice of models and of Pinecone: what functions are told, and that their roles may do that and no more."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from infra_cdk.stage_config import StageConfig, StageConfigError, read_stage
from shared.adapters.bedrock.embedders import bedrock_embedder
from shared.domain.errors import InvalidInputError
from tests.infra.conftest import MODEL_KEY, NO_ACCOUNT, PINECONE, SEALED_WITH, Synthesised
from tests.infra.test_functions import NAMES, functions_of, rights_of

NOVA = {"model": "bedrock", "model_name": "amazon.nova-lite-v1:0"}
EU_NOVA = {"model": "bedrock", "model_name": "eu.amazon.nova-lite-v1:0"}
TITAN = {"embedder": "bedrock", "embedder_name": "amazon.titan-embed-text-v2:0"}
OPENAI = {"model_url": "https://models.example.com/v1", "model_name": "qwen"}
PROFILE = f"inference-profile/{EU_NOVA['model_name']}"


def _dev(**changes: Any) -> StageConfig:
    settings = {"region": "eu-west-1", "tenants": ["yuguang"], **changes}
    return read_stage("dev", settings, account=NO_ACCOUNT, release="r1")


def _environ(synthesised: Synthesised, function: str) -> dict[str, str]:
    """What only the deployment knows (addresses, ARNs) stands here as an address."""
    variables = functions_of(synthesised)[function]["Environment"]["Variables"]
    return {key: value if isinstance(value, str) else "https://example.com/x" for key, value in variables.items()}


def _settings(synthesised: Synthesised, function: str) -> Any:
    return import_module(f"functions.{function}.settings").Environment.from_env(_environ(synthesised, function))


def _of_service(synthesised: Synthesised, function: str, service: str) -> set[tuple[str, str]]:
    """Return (action, resource) without the partition, which stands in a template as a reference."""
    found = ((action, json.loads(resource)) for action, resource, _ in rights_of(synthesised, function))
    return {(action, _text(resource)) for action, resource in found if action.startswith(f"{service}:")}


def _text(resource: Any) -> str:
    if isinstance(resource, str):
        return resource.removeprefix("arn:aws:")
    if "Fn::Join" not in resource:
        return json.dumps(resource)
    return "".join(part for part in resource["Fn::Join"][1] if isinstance(part, str)).removeprefix("arn:").removeprefix(":")


@pytest.fixture
def bedrock(choices: dict[str, Synthesised]) -> Synthesised:
    return choices["bedrock"]


@pytest.fixture
def given(choices: dict[str, Synthesised]) -> Synthesised:
    return choices["given-secrets"]


def test_dialog_is_told_the_reply_model_of_the_stage(bedrock: Synthesised, prod: Synthesised, dev: Synthesised) -> None:
    choice = _settings(bedrock, "dialog").model_choice()
    assert (choice.kind, choice.name, choice.region) == ("bedrock", "eu.amazon.nova-lite-v1:0", "eu-west-1")
    assert (choice.temperature, choice.guardrail, choice.guardrail_version) == (None, "gr1abc", "2")
    server = _settings(prod, "dialog").model_choice()
    assert (server.kind, server.url, server.temperature) == ("openai", "https://models.example.com/v1", 0.1)
    assert _settings(dev, "dialog").model_choice().kind == "none"


def test_who_searches_and_who_writes_are_told_the_same_embedder(synthesised: Synthesised) -> None:
    one, other = (_settings(synthesised, function) for function in ("retrieval", "knowledge"))
    assert one.embedder_choice() == other.embedder_choice()
    assert one.embedder_choice().kind == synthesised.config.embedder


def test_a_profile_may_be_called_and_its_model_through_it_alone(bedrock: Synthesised) -> None:
    action = "bedrock:InvokeModelWithResponseStream"
    model = "foundation-model/amazon.nova-lite-v1:0"
    assert _of_service(bedrock, "dialog", "bedrock") == {
        (action, f"bedrock:eu-west-1:{NO_ACCOUNT}:{PROFILE}"),
        (action, f"bedrock:eu-central-1::{model}"),
        (action, f"bedrock:eu-west-1::{model}"),
        ("bedrock:ApplyGuardrail", f"bedrock:eu-west-1:{NO_ACCOUNT}:guardrail/gr1abc"),
    }
    conditions = [c for a, resource, c in rights_of(bedrock, "dialog") if a == action and "foundation-model" in resource]
    assert all(PROFILE in json.dumps(one["StringEquals"]["bedrock:InferenceProfileArn"]) for one in conditions)
    assert len(conditions) == 2


@pytest.mark.parametrize("function", ["retrieval", "knowledge"])
def test_an_embedder_may_be_called_in_its_region(function: str, bedrock: Synthesised) -> None:
    model = "bedrock:eu-central-1::foundation-model/amazon.titan-embed-text-v2:0"
    assert _of_service(bedrock, function, "bedrock") == {("bedrock:InvokeModel", model)}


def test_nobody_else_calls_a_model_and_without_the_choice_nobody_at_all(
    bedrock: Synthesised, stages: dict[str, Synthesised]
) -> None:
    callers = {name for name in NAMES if _of_service(bedrock, name, "bedrock")}
    assert callers == {"dialog", "retrieval", "knowledge"}
    assert not [name for stage in stages.values() for name in NAMES if _of_service(stage, name, "bedrock")]


def test_a_secret_that_is_named_is_read_by_its_function_and_none_is_made(given: Synthesised) -> None:
    assert _environ(given, "dialog")["KEFU_MODEL_KEY_SECRET_ID"] == MODEL_KEY
    readers = {
        name
        for name in NAMES
        for _, where in _of_service(given, name, "secretsmanager")
        if where == MODEL_KEY.removeprefix("arn:aws:")
    }
    assert readers == {"dialog"}
    names = {one["Name"] for one in given.properties("AWS::SecretsManager::Secret")}
    assert names == {"kefu/staging/token", "kefu/staging/fingerprint", "kefu/staging/staff", "kefu/staging/search-key"}


def test_the_key_of_such_secrets_opens_them_and_nothing_else(given: Synthesised) -> None:
    through = "secretsmanager.eu-west-1.amazonaws.com"
    rights = {name: [(a, c) for a, r, c in rights_of(given, name) if r == f'"{SEALED_WITH}"'] for name in NAMES}
    assert {name: found for name, found in rights.items() if found} == {
        "dialog": [("kms:Decrypt", {"StringEquals": {"kms:ViaService": through}})]
    }


def test_pinecone_is_told_by_its_host_and_by_the_name_of_its_keys_secret(bedrock: Synthesised) -> None:
    for function in ("retrieval", "knowledge"):
        env = _settings(bedrock, function)
        assert (env.search_engine, env.search_host, env.search_url) == ("pinecone", PINECONE["search_host"], "")
        assert isinstance(functions_of(bedrock)[function]["Environment"]["Variables"]["KEFU_SEARCH_KEY_SECRET_ID"], dict)
        assert len(_of_service(bedrock, function, "secretsmanager")) == 1
        assert not _of_service(bedrock, function, "es")
    assert bedrock.resources("AWS::OpenSearchService::Domain") == {}


def test_keywords_beside_pinecone_may_lie_in_a_domain_of_the_stage(given: Synthesised) -> None:
    assert len(given.resources("AWS::OpenSearchService::Domain")) == 1
    for function in ("retrieval", "knowledge"):
        env = _settings(given, function)
        assert (env.search_engine, env.search_index, bool(env.search_url)) == ("pinecone", "kefu-staging-chunks", True)
        assert _of_service(given, function, "es")


def test_zips_hold_what_the_choice_needs(stages: dict[str, Synthesised], choices: dict[str, Synthesised]) -> None:
    built = {name: (one.config.profile, one.config.carries_weights) for name, one in {**stages, **choices}.items()}
    assert built == {
        "dev": ("small", True),
        "staging": ("cloud", True),
        "prod": ("cloud", True),
        "bedrock": ("pinecone", False),
        "given-secrets": ("pinecone", True),
    }


def test_the_linter_finds_nothing_in_what_a_choice_changes(choices: dict[str, Synthesised]) -> None:
    """W3005: CDK writes a dependency down that a reference implies, too."""
    changed = [f"{one.config.prefix}{stack}.template.json" for one in choices.values() for stack in ("foundation", "functions")]
    folder = next(iter(choices.values())).folder
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--ignore-checks", "W3005", "--"]
    done = subprocess.run([*command, *(str(folder / name) for name in changed)], capture_output=True, text=True, check=False)
    assert done.stdout == "" and done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"model": "gpt"}, "model: use one of none, openai, bedrock"),
        ({"model": "openai"}, "model_url and model_name"),
        ({"model": "bedrock"}, "model_name: the id of a Bedrock model"),
        ({**NOVA, "model_url": "https://m.example.com"}, "model_url: Bedrock has none"),
        ({**NOVA, "model_name": "arn:aws:bedrock:eu-west-1::foundation-model/x.y"}, "no ARN"),
        ({**NOVA, "model_name": "*"}, "model_name"),
        ({**NOVA, "model_region": "Frankfurt"}, "model_region"),
        (EU_NOVA, "model_regions: name the regions"),
        ({**NOVA, "model_regions": ["eu-west-1"]}, "model_regions: leave it out"),
        ({**EU_NOVA, "model_regions": ["*"]}, "model_regions: regions such as"),
        ({**NOVA, "model_name": "global.amazon.nova-2-lite-v1:0", "model_regions": ["eu-west-1"]}, "leave it out"),
        ({**OPENAI, "model_guardrail": "gr1"}, "model_guardrail: only with|and model_guardrail: only with"),
        ({**NOVA, "model_guardrail": "a/*"}, "model_guardrail: the id"),
        ({**NOVA, "model_guardrail": "gr1", "model_guardrail_version": "latest"}, "model_guardrail_version"),
        ({**NOVA, "model_temperature": 3}, "model_temperature"),
        ({"embedder": "word2vec"}, "embedder: use one of e5, bedrock"),
        ({"embedder": "bedrock"}, "embedder_name"),
        ({"embedder_name": "amazon.titan-embed-text-v2:0"}, 'only with "embedder": "bedrock"'),
        ({**TITAN, "embedder_name": "amazon.titan-embed-text-v1"}, "embedder_name: embed with"),
        ({**TITAN, "embedder_dimensions": 384}, "embedder_dimensions: amazon.titan-embed-text-v2:0 has 256, 512, 1024"),
        ({"search": "pinecone"}, "search_host"),
        ({**PINECONE, "search_host": "pinecone.io.example.com"}, "search_host"),
        ({**PINECONE, "search_keywords": "elastic"}, "search_keywords"),
        ({"search_host": PINECONE["search_host"]}, 'only with "search": "pinecone"'),
        ({**OPENAI, "model_key_secret": "company/model-key"}, "model_key_secret: the complete ARN"),
        ({**OPENAI, "model_key_secret": MODEL_KEY.replace("eu-west-1", "us-east-1")}, "of this region"),
        ({**OPENAI, "model_key_secret": MODEL_KEY.replace("model-key-AbCdEf", "*")}, "model_key_secret"),
        ({**PINECONE, "search_key_secret": "k"}, "search_key_secret"),
        ({"secrets_kms_key": "alias/ours"}, "secrets_kms_key"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_by_name_with_its_cure(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(StageConfigError, match=named):
        _dev(**changes)


@pytest.mark.parametrize(
    ("name", "regions", "serves_in"),
    [
        ("amazon.nova-lite-v1:0", [], ["eu-west-1"]),
        ("zai.glm-4.6", [], ["eu-west-1"]),
        ("us-gov.anthropic.claude-3-5-sonnet-20240620-v1:0", ["us-gov-west-1"], ["us-gov-west-1"]),
        # A global profile serves from a region that nobody names, and from its own.
        ("global.amazon.nova-2-lite-v1:0", [], ["eu-west-1", ""]),
    ],
)
def test_a_model_is_told_from_a_profile_by_its_name(name: str, regions: list[str], serves_in: list[str]) -> None:
    model = _dev(model="bedrock", model_name=name, model_regions=regions).bedrock_reply_model
    assert model is not None
    arns = model.model_arns(lambda region, account, what: f"{region}|{account}|{what}")
    assert arns == tuple(f"{region}||foundation-model/{model.model}" for region in serves_in)
    assert bool(model.profile_arn("1", lambda *parts: "|".join(parts))) == (model.geography != "")


@pytest.mark.parametrize("name", ["cohere.embed-multilingual-v3", "eu.cohere.embed-english-v3", "amazon.titan-embed-text-v2:0"])
@pytest.mark.parametrize("dimensions", [256, 384, 1024])
def test_a_stage_takes_the_embedders_that_the_functions_know_and_no_others(name: str, dimensions: int) -> None:
    """Stages may not import adapters, so the two say it for themselves; Cohere's adapter has one size whatever it is told."""
    regions = ["eu-west-1"] if name.startswith("eu.") else []
    try:
        known = bedrock_embedder(None, name, dimensions).dimensions == dimensions
    except InvalidInputError:
        known = False
    changes: dict[str, Any] = {"embedder": "bedrock", "embedder_name": name, "embedder_regions": regions}
    try:
        taken = _dev(**changes, embedder_dimensions=dimensions).carries_weights is False
    except StageConfigError:
        taken = False
    assert taken == known
