"""`kefu eval answers`: ask a company's exam, and say what was answered right, cited right and refused right."""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from local.answer_exam import Exam, ExamQuestion, Judgement, Outcome, choices_of, judge, read_exam, sum_up
from local.composition.answering import build_answerer
from local.composition.knowledge import build_search
from local.first_start import first_start
from local.machine import Machine, load_model
from local.one_company import OneCompany
from local.read_company import read_company
from local.settings import LocalSettings
from local.talk import local_machine
from shared.adapters.masking.masker import PatternMasker
from shared.domain.blocks import Answer
from shared.domain.knowledge import Audience, SearchQuery, SearchResult
from shared.domain.language import Language
from shared.ports import AnswerCommand
from shared.use_cases.answer_each_question import answer_each_question
from shared.use_cases.answer_one_question import answer_one_question

Ask = Callable[[str, Language], Answer]
_TOP_K = 12
_DEADLINE_S = 20.0
_PATIENCE_S = 600.0


def evaluate(ask: Ask, exam: Exam) -> tuple[Judgement, ...]:
    """Ask every question once, and the choices of those asked back; `ask` may run in this process or over HTTP."""
    return tuple(_one(ask, question, exam.tenant) for question in exam.questions)


def _one(ask: Ask, question: ExamQuestion, tenant: str) -> Judgement:
    began = time.perf_counter()
    answer = ask(question.text, question.language)
    took_ms = (time.perf_counter() - began) * 1000
    followed = (judge(question, ask(choice, question.language), tenant, 0.0) for choice in choices_of(answer))
    offered = question.answerable and any(one.outcome is Outcome.RIGHT for one in followed)
    return judge(question, answer, tenant, took_ms, offered=offered)


def as_json(found: Sequence[Judgement]) -> dict[str, Any]:
    """Return the report as plain JSON data: sums, sums per kind and language, and every answer."""
    return {
        "answerable": _sums_by(found, answerable=True),
        "refused": _sums_by(found, answerable=False),
        "answers": [asdict(one) for one in found],
    }


def _sums_by(found: Sequence[Judgement], *, answerable: bool) -> dict[str, Any]:
    rows = [one for one in found if one.question.answerable is answerable]
    kinds = sorted({one.question.kind for one in rows})
    languages = sorted({one.question.language for one in rows})
    return {
        "all": asdict(sum_up(rows)),
        "kinds": {kind: asdict(sum_up(one for one in rows if one.question.kind == kind)) for kind in kinds},
        "languages": {code: asdict(sum_up(one for one in rows if one.question.language == code)) for code in languages},
    }


def print_report(found: Sequence[Judgement], console: Console) -> None:
    """Print both tables, then every answer that was wrong and every question that stayed without one."""
    report = as_json(found)
    console.print(_table("To answer", report["answerable"], goal="right"))
    console.print(_table("To refuse", report["refused"], goal="refused"))
    for one in found:
        if one.outcome is not (Outcome.RIGHT if one.question.answerable else Outcome.REFUSED):
            console.print(_line(one), markup=False, highlight=False)


def _table(title: str, sums: dict[str, Any], goal: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("", "questions", f"{goal} %", "right", "wrong", "asked back (right offered)", "refused", "cited right %"):
        table.add_column(heading, justify="right" if heading else "left")
    rows = {"all": sums["all"], **sums["kinds"], **sums["languages"]}
    for name, one in rows.items():
        answered = one["right"] + one["wrong"]
        cited = f"{100 * one['cited_right'] / answered:.0f}" if answered else "-"
        asked = f"{one['asked_back']} ({one['offered']})"
        share = f"{100 * one[goal] / max(1, one['questions']):.0f}"
        table.add_row(name, str(one["questions"]), share, str(one["right"]), str(one["wrong"]), asked, str(one["refused"]), cited)
    return table


def _line(one: Judgement) -> str:
    said = " / ".join(one.said.split("\n"))[:160]
    wanted = "answer" if one.question.answerable else "refuse"
    return f"{one.question.question_id} [{one.question.kind}] to {wanted}, {one.outcome} ({one.confidence:.2f}): {one.question.text} -> {said}"


@contextmanager
def asking(company: Path, today: date, models: Path | None = None) -> Generator[Ask]:
    """Read the company's documents into a folder that is thrown away, and answer with its release, in this process."""
    with tempfile.TemporaryDirectory(prefix="kefu-eval-") as data:
        settings = LocalSettings(company=company, data=Path(data))
        if models is not None:
            settings = settings.model_copy(update={"models": models})
        with local_machine(settings) as machine:
            first_start(machine, Console(stderr=True), _PATIENCE_S)
            machine.base.model.load(lambda: load_model(settings.models))
            yield _asker(machine, today)


def _asker(machine: Machine, today: date) -> Ask:
    # An exam of answers, not of this machine's speed: nothing is left out for want of time.
    search = replace(build_search(machine.base, OneCompany(machine.company)), leg_timeout_s=_PATIENCE_S)
    answer = build_answerer(machine.settings)
    masker = PatternMasker()

    def ask(question: str, language: Language) -> Answer:
        return answer_each_question(masker.mask(question).text, lambda one: single(one, language))

    def single(question: str, language: Language) -> Answer:
        return answer_one_question(question, language, partial(look, language), partial(reply, language))

    def look(language: Language, question: str) -> SearchResult:
        query = SearchQuery(
            tenant=machine.company.tenant,
            text=question,
            language=language,
            audiences=frozenset({Audience.PUBLIC}),
            today=today,
            top_k=_TOP_K,
        )
        return search(query)

    def reply(language: Language, question: str, found: SearchResult) -> Answer:
        command = AnswerCommand(
            question=question,
            language=language,
            found=found,
            company=machine.company,
            history=(),
            deadline_at_ms=int((time.time() + _DEADLINE_S) * 1000),
            user_key="evaluation",
        )
        return answer(command)

    return ask


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="kefu eval answers", description=__doc__)
    parser.add_argument(
        "--company",
        type=Path,
        default=LocalSettings().company,
        help="a company's folder, with evaluation/ in it; default: the sample's",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON instead of as tables")
    parser.add_argument("--output", type=Path, help="write the report there as JSON too")
    parser.add_argument("--today", type=date.fromisoformat, default=date.today(), help="the day to answer for; default: today")
    parser.add_argument("--models", type=Path, help="folder of exported embedding models")
    options = parser.parse_args(arguments)
    exam = read_exam(options.company / "evaluation", read_company(options.company).tenant)
    with asking(options.company, options.today, options.models) as ask:
        found = evaluate(ask, exam)
    report = json.dumps(as_json(found), ensure_ascii=False, indent=2)
    if options.output:
        options.output.write_text(report + "\n", encoding="utf-8")
    if options.json:
        click.echo(report)
    else:
        print_report(found, Console())


if __name__ == "__main__":
    main()
