"""A cold start loads what its job needs, and nothing else."""

import json
import os
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT

FUNCTIONS = ("ingress", "desk", "dialog", "retrieval", "tickets", "outbox", "knowledge", "sweeper")
WEB = ("fastapi", "starlette", "mangum")
SEARCH = ("numpy", "onnxruntime", "tantivy", "usearch", "tokenizers")
DOCUMENTS = ("lxml", "bs4", "docx", "openpyxl", "pypdfium2")
NEVER = ("aws_xray_sdk", "jieba", "boto3", "rich", "click", "uvicorn")


def _loaded(*modules: str) -> set[str]:
    """Import modules in a fresh interpreter; return the top-level packages that are then there."""
    program = f"import sys, json\n{''.join(f'import {m}' + chr(10) for m in modules)}print(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def _modules(function: str) -> list[str]:
    return [
        f"functions.{function}.{p.stem}"
        for p in (ROOT / "functions" / function).glob("*.py")
        if p.stem not in ("__init__", "main")
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_loads_no_tracing_and_no_segmenter(function: str) -> None:
    assert _loaded(*_modules(function)).isdisjoint(NEVER)


@pytest.mark.parametrize("function", [f for f in FUNCTIONS if f not in ("ingress", "desk")])
def test_only_the_http_functions_load_a_web_framework(function: str) -> None:
    assert _loaded(*_modules(function)).isdisjoint(WEB)


@pytest.mark.parametrize("function", [f for f in FUNCTIONS if f not in ("retrieval", "knowledge")])
def test_only_search_and_ingestion_load_numbers_and_models(function: str) -> None:
    assert _loaded(*_modules(function)).isdisjoint({*SEARCH, *DOCUMENTS})


def test_who_embeds_elsewhere_loads_no_weights_and_nothing_that_runs_them() -> None:
    program = (
        "import sys; from shared.adapters.search_models import open_search_models as o;"
        "from shared.domain.model_choice import EmbedderChoice as C;"
        "o(C(kind='bedrock', name='amazon.titan-embed-text-v2:0', region='eu-west-1'), '/nowhere');"
        "print(sorted({'onnxruntime', 'tokenizers', 'numpy'} & set(sys.modules)))"
    )
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_ports_and_use_cases_load_nothing_foreign() -> None:
    names = [f"shared.use_cases.{p.stem}" for p in (ROOT / "shared/use_cases").glob("*.py") if p.stem != "__init__"]
    assert _loaded("shared.ports", *names).isdisjoint(
        {*SEARCH, *DOCUMENTS, *WEB, *NEVER, "pydantic", "httpx", "aws_lambda_powertools"}
    )


def test_help_is_there_before_one_blinks() -> None:
    assert _loaded("local.cli").isdisjoint({*SEARCH, *WEB, *DOCUMENTS, "pydantic", "httpx", "rich", "uvicorn"})
