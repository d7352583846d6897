"""How customers ask for what tables hold, in many trades; and what the same tables must keep silent about."""

from datetime import date
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from local.read_company import read_company
from shared.adapters.parsers.folder_metadata import meta_for, read_folder_settings
from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.parse import parse_document
from shared.domain.fact_book import PreparedTable, prepare
from shared.domain.facts import look_up
from shared.domain.knowledge import FactAnswer
from tests.unit.domain.fact_near_misses import SILENT
from tests.unit.domain.fact_questions import ANSWERED, ASKED_BACK
from tests.unit.domain.fact_trades import TRADES

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 22)  # a Sunday
FOLDERS = {"yuguang": "samples/yuguang", "lensferry": "tests/data/answering-2"}


@cache
def book(company: str) -> tuple[PreparedTable, ...]:
    if company not in FOLDERS:
        return prepare(TRADES[company])
    home = ROOT / FOLDERS[company]
    folder = home / "facts"
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    settings = {PurePosixPath("facts"): read_folder_settings(files["kefu.yaml"], frozenset(files))}
    tables = [
        found
        for name, data in files.items()
        if name != "kefu.yaml"
        for found in parse_document(name, data, meta_for(PurePosixPath("facts") / name, settings, {}), Limits()).tables
    ]
    return prepare(tables, [group for groups in read_company(home).synonyms.values() for group in groups])


def ask(company: str, question: str) -> FactAnswer:
    return look_up(question, book(company), TODAY)


@pytest.mark.parametrize(
    ("company", "question", "values"), [(company, *row) for company, rows in ANSWERED.items() for row in rows]
)
def test_a_question_is_answered_with_the_cells_asked_for_and_no_other(company: str, question: str, values: str) -> None:
    answer = ask(company, question)
    said = ",".join(value for hit in answer.hits for _, value in hit.cells)
    assert (answer.status, said) == ("exact", values)


@pytest.mark.parametrize(
    ("company", "question", "names"), [(company, *row) for company, rows in ASKED_BACK.items() for row in rows]
)
def test_a_question_that_fits_several_rows_asks_which(company: str, question: str, names: tuple[str, ...]) -> None:
    answer = ask(company, question)
    assert (answer.status, tuple(hit.name for hit in answer.hits)) == ("ambiguous", names)


@pytest.mark.parametrize(("company", "question"), [(company, one) for company, asked in SILENT.items() for one in asked])
def test_what_the_tables_do_not_hold_is_left_to_the_documents(company: str, question: str) -> None:
    assert ask(company, question).status == "none"


@pytest.mark.parametrize(
    ("question", "kind", "of_it"),
    [
        ("云雀 S3 保修几年", "扫地机器人", "扫地机器人 保修几年"),
        ("门将L5防水吗？", "智能门锁", "智能门锁 防水吗？"),
        ("How long is the warranty on the Skylark S3?", "robot vacuum", "How long is the warranty on the robot vacuum ?"),
    ],
)
def test_a_question_on_a_thing_is_put_once_more_of_its_kind(question: str, kind: str, of_it: str) -> None:
    found = ask("yuguang", question).of_kind
    assert found is not None and (found.kind, found.question) == (kind, of_it)


@pytest.mark.parametrize(
    "question",
    ["扫地机器人保修几年", "L5 和 P2 保修几年", "S3和S3 Pro保修一样吗", "知风 A1 保修几年", "上海门店在哪", "保修几年"],
)
def test_without_one_kind_that_is_more_than_what_is_named_there_is_nothing_to_put(question: str) -> None:
    assert ask("yuguang", question).of_kind is None
