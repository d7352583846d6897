"""What crosses a function hop comes out as it went in."""

import json
from datetime import date

import pytest

from shared.domain import errors
from shared.domain.errors import InvalidInputError, SupportError
from shared.domain.knowledge import (
    Audience,
    Chunk,
    FactAnswer,
    FactHit,
    LegScore,
    Passage,
    SearchQuery,
    SearchResult,
)
from shared.runtime.error_codec import decode_error, encode_error
from shared.runtime.payload import Payload
from shared.runtime.problems import MalformedJsonError, problem_for
from shared.runtime.search_codec import query_from_json, query_to_json, result_from_json, result_to_json
from shared.runtime.strict_json import MAX_DEPTH, read_json

QUERY = SearchQuery(
    tenant="acme",
    text="怎么退货 🙂",
    language="zh",
    audiences=frozenset({Audience.PUBLIC, Audience.STAFF}),
    today=date(2026, 11, 22),
    snapshot=3,
)
CHUNK = Chunk(
    chunk_id="c1",
    document_id="d1",
    tenant="acme",
    ordinal=0,
    title="退货",
    text="签收后 15 天内可以退货。",
    document_title="退货政策",
    heading_path=("一", "二"),
    locator="一 > 二",
    source="returns.md",
    source_url="",
    language="zh",
    audience=Audience.PUBLIC,
    text_hash="h",
    added_in=1,
    removed_in=4,
    questions=("能退吗",),
    valid_from=date(2026, 1, 1),
)
HIT = FactHit(
    table_id="t",
    document_id="d2",
    title="价格表",
    sheet="价格",
    row=3,
    source="prices.xlsx",
    source_url="",
    language="zh",
    name="云雀 S3",
    cells=(("价格", "2299 元"),),
)
RESULT = SearchResult(
    passages=(
        Passage(
            chunk=CHUNK, score=0.7, probability=0.9, legs=(LegScore(leg="keyword", raw=8.1, normalised=1.0, rank=1),), why="题目"
        ),
    ),
    snapshot=3,
    facts=FactAnswer(status="found", hits=(HIT,)),
    degraded=("vectors",),
    took_ms={"keyword": 0.4},
)


def test_a_search_query_and_its_result_survive_the_hop_as_json() -> None:
    assert query_from_json(json.loads(json.dumps(query_to_json(QUERY)))) == QUERY
    assert result_from_json(json.loads(json.dumps(result_to_json(RESULT)))) == RESULT


@pytest.mark.parametrize("change", [{"audiences": ["admin"]}, {"today": "soon"}, {"language": "fr"}, {"tenant": 1}])
def test_a_query_that_is_none_names_the_field(change: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        query_from_json(query_to_json(QUERY) | change)
    assert refused.value.field.split(".")[0] == next(iter(change))


ERRORS = [
    errors.InvalidInputError("text", "send less"),
    errors.NotFoundError("ticket", "t1"),
    errors.VersionConflictError("conversation", "c1"),
    errors.OwnerChangedError("c1", "agent"),
    errors.IdempotencyMismatchError("k1"),
    errors.UnauthorizedError("no"),
    errors.RateLimitedError(1.5),
    errors.DeadlineExceededError("late"),
    errors.DependencyUnavailableError("state.db", "full"),
    errors.SubjectErasedError("s1"),
    errors.TicketFailedError("503"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: e.code)
def test_an_error_crosses_the_hop_as_itself(error: SupportError) -> None:
    back = decode_error(json.loads(json.dumps(encode_error(error))))
    assert (type(back), back.code, back.retryable, back.fields) == (type(error), error.code, error.retryable, error.fields)
    assert problem_for(back, "c").status == problem_for(error, "c").status < 504


def test_every_error_class_has_its_own_answer_and_crosses_the_hop() -> None:
    codes = {cls.code for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, SupportError)}
    known = {error.code for error in ERRORS} | {"internal_error", "document_rejected"}
    assert codes == known
    assert problem_for(errors.DocumentRejectedError("a.pdf", "damaged", "秘密"), "c").status == 422


def test_an_unknown_error_is_a_server_error_without_its_text() -> None:
    back = decode_error({"code": "something_new", "message": "秘密", "fields": {}})
    problem = problem_for(back, "c")
    assert problem.status == 500 and "秘密" not in json.dumps(problem.body, ensure_ascii=False)


def test_json_may_nest_as_deep_as_the_limit_and_no_deeper() -> None:
    assert read_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) is not None
    with pytest.raises(MalformedJsonError):
        read_json(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))


@pytest.mark.parametrize(
    ("read", "raw"),
    [
        (lambda p: p.text("x"), {}),
        (lambda p: p.text("x"), {"x": 1}),
        (lambda p: p.number("x"), {"x": True}),
        (lambda p: p.flag("x"), {"x": 1}),
        (lambda p: p.time("x"), {"x": "2026-11-22T08:00:00"}),
        (lambda p: p.time("x"), {"x": "soon"}),
        (lambda p: p.choice("x", Audience), {"x": "admin"}),
        (lambda p: p.language("x"), {"x": "fr"}),
    ],
)
def test_a_payload_field_of_another_type_is_named(read, raw: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match=r"^x:"):
        read(Payload(raw))
