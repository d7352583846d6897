"""`kefu ingest FILE` and `kefu remove` on a real data folder: whose document it becomes, and for whom it is."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from local.cli import cli
from local.data_folder import DataFolder, exclusive
from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.sqlite.database import Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.domain.errors import InvalidInputError
from tests.unit.knowledge_world import ParserInProcess

COMPANY = "tenant: {}\nname: {{zh: 某某公司}}\ntime_zone: Asia/Shanghai\n"


class Parser(ParserInProcess):
    """Has no process to end."""

    def close(self) -> None:
        return


def embed(texts: Sequence[str]) -> list[list[float]]:
    return [[1.0] + [0.0] * (E5Embedder.dimensions - 1) for _ in texts]


@pytest.fixture(autouse=True)
def without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors that say nothing, and the parser without its process."""
    monkeypatch.delenv("KEFU_COMPANY", raising=False)
    monkeypatch.setattr("local.ingestion.export_model", lambda *_: None)
    weights = SimpleNamespace(embedder=SimpleNamespace(embed_passages=embed), memory=SimpleNamespace(close=lambda: None))
    monkeypatch.setattr("local.ingestion.load_model", lambda _: weights)
    monkeypatch.setattr("local.composition.knowledge.SandboxedDocumentParser", Parser)


def make_company(folder: Path, tenant: str) -> Path:
    (folder / "knowledge").mkdir(parents=True)
    (folder / "company.yaml").write_text(COMPANY.format(tenant), encoding="utf-8")
    (folder / "knowledge" / "kefu.yaml").write_text("defaults: {audience: staff}", encoding="utf-8")
    (folder / "knowledge" / "discount.md").write_text("# 折扣\n\n内部折扣码是 QX-7781。\n", encoding="utf-8")
    return folder


@pytest.fixture
def company(tmp_path: Path) -> Path:
    return make_company(tmp_path / "company", "acme")


def kefu(tmp_path: Path, *words: str) -> dict:
    done = CliRunner().invoke(cli, [*words, "--json", "--data", str(tmp_path / "data")], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def stored(tmp_path: Path, tenant: str = "acme") -> dict[str, str]:
    database = Database(DataFolder(tmp_path / "data").databases / "knowledge.db")
    try:
        return {one.source: str(one.audience) for one in SQLiteKnowledgeStore(database).documents(tenant)}
    finally:
        database.close()


def test_a_staff_document_that_is_ingested_alone_is_for_staff_and_the_folder_finds_it_unchanged(
    company: Path, tmp_path: Path
) -> None:
    kefu(tmp_path, "ingest", str(company / "knowledge" / "discount.md"), "--company", str(company))
    assert stored(tmp_path) == {"knowledge/discount.md": "staff"}
    again = kefu(tmp_path, "ingest", str(company), "--company", str(company))
    assert again["counts"]["unchanged"] == 1 and sum(again["counts"].values()) == 1


def test_an_upload_has_the_audience_of_its_own_folder_stays_and_is_removed_by_name(company: Path, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "kefu.yaml").write_text("defaults: {audience: staff}", encoding="utf-8")
    (tmp_path / "papers" / "prices.md").write_text("# 进价\n\n进价是 3 元。\n", encoding="utf-8")
    whose = ("--company", str(company))
    kefu(tmp_path, "ingest", str(tmp_path / "papers" / "prices.md"), *whose)
    kefu(tmp_path, "ingest", str(company), *whose)
    assert stored(tmp_path) == {"knowledge/discount.md": "staff", "uploads/prices.md": "staff"}
    assert kefu(tmp_path, "remove", "prices.md", *whose) == {"source": "uploads/prices.md", "status": "removed"}
    assert stored(tmp_path) == {"knowledge/discount.md": "staff"}


def test_where_no_company_is_named_a_file_is_the_running_instances(company: Path, tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    with exclusive(folder, 8080, company):
        kefu(tmp_path, "ingest", str(company / "knowledge" / "discount.md"))
    assert stored(tmp_path) == {"knowledge/discount.md": "staff"}


def test_a_file_of_another_company_than_the_one_that_is_named_is_refused(company: Path, tmp_path: Path) -> None:
    other = make_company(tmp_path / "other", "other")
    with pytest.raises(InvalidInputError, match=f"--company {company}"):
        kefu(tmp_path, "ingest", str(company / "knowledge" / "discount.md"), "--company", str(other))
