"""The contract of AnswerCache."""

from dataclasses import replace

from shared.domain.blocks import Answer
from tests.contract.engines import Ports
from tests.contract.samples import A_CITATION, ALL_BLOCKS, at

NEEDS = frozenset({"AnswerCache"})
ANSWER = Answer(
    text="可以 \ud800",
    blocks=ALL_BLOCKS,
    rung="extractive",
    citations=(A_CITATION,),
    confidence=0.1 + 0.2,
    degraded=("vector",),
    snapshot=7,
    model="m",
)


def test_an_answer_comes_back_exactly(ports: Ports) -> None:
    ports.answer_cache.put("t", "k", ANSWER, at(10))
    assert ports.answer_cache.get("t", "k", at(0)) == ANSWER


def test_an_answer_is_found_by_its_tenant_and_key_only(ports: Ports) -> None:
    ports.answer_cache.put("t", "k", ANSWER, at(10))
    assert ports.answer_cache.get("other", "k", at(0)) is None
    assert ports.answer_cache.get("t", "k ", at(0)) is None


def test_an_answer_ends_at_the_moment_it_expires(ports: Ports) -> None:
    ports.answer_cache.put("t", "k", ANSWER, at(10))
    assert ports.answer_cache.get("t", "k", at(9.999999)) == ANSWER
    assert ports.answer_cache.get("t", "k", at(10)) is None


def test_a_later_answer_replaces_the_first(ports: Ports) -> None:
    later = replace(ANSWER, text="不可以", blocks=())
    ports.answer_cache.put("t", "k", ANSWER, at(10))
    ports.answer_cache.put("t", "k", later, at(5))
    assert ports.answer_cache.get("t", "k", at(0)) == later
    assert ports.answer_cache.get("t", "k", at(5)) is None


def test_hundreds_of_answers_stay_apart(ports: Ports) -> None:
    for number in range(300):
        ports.answer_cache.put("t", f"问题 {number}", replace(ANSWER, text=f"{number}"), at(10))
    found = [ports.answer_cache.get("t", f"问题 {number}", at(0)) for number in range(300)]
    assert [answer.text if answer else None for answer in found] == [f"{number}" for number in range(300)]
