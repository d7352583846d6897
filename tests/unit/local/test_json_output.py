"""`--json` means the same everywhere: JSON, and nothing else, on standard output."""

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from local import evaluate_answers, evaluate_retrieval, reindexing
from local.cli import cli
from shared.domain.answering import refuse
from shared.domain.blocks import Answer
from shared.domain.language import Language
from shared.domain.retrieval_report import RetrievalReport
from shared.use_cases.reconcile_indices import Reconciled

# One is a server, the other a conversation; evaluations have options of their own, which are tested below.
_WITHOUT = {"dev", "chat", "retrieval", "answers"}
_REPORT = RetrievalReport(measures={}, unanswerable=None, calibration_error=0.0, answered_share=0.5, threshold=0.5, p50_ms=1.0)


def _commands(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        yield from _commands(command) if isinstance(command, click.Group) else (command,)


def test_every_command_that_ends_with_a_result_prints_it_as_json() -> None:
    without = {
        command.name
        for command in _commands(cli)
        if not any(isinstance(one, click.Option) and one.is_flag and "--json" in one.opts for one in command.params)
    }
    assert without == _WITHOUT


@pytest.fixture
def evaluations(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A company with an exam of one question; nothing is indexed and no model loaded."""

    @contextmanager
    def asking(*_: object) -> Generator[evaluate_answers.Ask]:
        def ask(_question: str, language: Language) -> Answer:
            return refuse(language)

        yield ask

    monkeypatch.setattr(evaluate_retrieval, "run", lambda *_, **__: _REPORT)
    monkeypatch.setattr(evaluate_answers, "asking", asking)
    (tmp_path / "evaluation").mkdir()
    (tmp_path / "company.yaml").write_text("tenant: acme\nname: Acme\ntime_zone: Asia/Shanghai\n", encoding="utf-8")
    question = '{"id": "r1", "question": "天气", "language": "zh", "kind": "unrelated"}\n'
    (tmp_path / "evaluation" / "answerable.jsonl").write_text("", encoding="utf-8")
    (tmp_path / "evaluation" / "refused.jsonl").write_text(question, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("words", [["retrieval", "--data"], ["answers", "--company"]])
def test_an_evaluation_prints_its_report_and_writes_it_to_a_file_that_is_named(evaluations: Path, words: list[str]) -> None:
    target = evaluations / "report.json"
    given = ["eval", *words, str(evaluations)]
    printed = CliRunner().invoke(cli, [*given, "--json", "--output", str(target)])
    table = CliRunner().invoke(cli, given)
    assert (printed.exit_code, table.exit_code) == (0, 0), printed.output + table.output
    assert json.loads(printed.stdout) == json.loads(target.read_text("utf-8"))
    assert table.stdout and not table.stdout.startswith("{")


def test_reindex_prints_what_it_did_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    done = Reconciled(added={"keyword": 3, "vectors": 3}, removed={"keyword": 0, "vectors": 0})
    monkeypatch.setattr(reindexing, "reindex", lambda _settings, _console: done)
    printed = CliRunner().invoke(cli, ["reindex", "--json"])
    assert json.loads(printed.stdout) == {"added": {"keyword": 3, "vectors": 3}, "removed": {"keyword": 0, "vectors": 0}}


def test_restore_prints_what_it_did_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.archive.read_backup", lambda _file, _folder: None)
    (tmp_path / "b.tar.gz").write_bytes(b"")
    printed = CliRunner().invoke(cli, ["restore", str(tmp_path / "b.tar.gz"), "--json", "--data", str(tmp_path / "new")])
    assert json.loads(printed.stdout) == {"path": str(tmp_path / "new"), "with_keys": False}
    assert "held no keys" in printed.stderr
