"""What a reader may see: the cases that every index, of words or of vectors, has to pass."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.domain.knowledge import Audience, Chunk
from tests.contract.index_adapters import chunk

RETURNS = "returns"
_STAFF_ONLY = chunk("secret", "退货的内部审批额度", audience=Audience.STAFF)
_BYGONE = tuple(chunk(f"bygone-{number}", "退货 退货", valid_to=date(2020, 1, 1)) for number in range(60))
_SALE = chunk("sale", "双十一满减", valid_from=date(2026, 11, 1), valid_to=date(2026, 11, 11))


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterCase:
    """`added` and `removed` join an index that holds the chunk "returns"; `reader` are arguments of `where`."""

    named: str
    question: str
    reader: Mapping[str, Any]
    added: tuple[Chunk, ...] = ()
    removed: Mapping[str, int] = field(default_factory=dict)
    sees: frozenset[str] = frozenset()
    misses: frozenset[str] = frozenset()


def _of_snapshot(number: int, sees: str, misses: str) -> FilterCase:
    return FilterCase(
        named=f"snapshot {number} sees what was added by then and not yet removed",
        question="退货",
        reader={"snapshot": number},
        added=(chunk("new", "退货改为十五天内", added_in=2),),
        removed={RETURNS: 2},
        sees=frozenset({sees}),
        misses=frozenset({misses}),
    )


def _of_day(month: int, day: int, *, valid: bool) -> FilterCase:
    sale = frozenset({_SALE.chunk_id})
    return FilterCase(
        named=f"days of validity are inclusive: {month}-{day:02}",
        question="双十一满减",
        reader={"today": date(2026, month, day)},
        added=(_SALE,),
        sees=sale if valid else frozenset(),
        misses=frozenset() if valid else sale,
    )


FILTER_CASES = (
    FilterCase(named="another tenant sees nothing", question="退货", reader={"tenant": "other"}, misses=frozenset({RETURNS})),
    FilterCase(
        named="the public does not see what is for staff",
        question="退货的内部审批额度",
        reader={},
        added=(_STAFF_ONLY,),
        misses=frozenset({"secret"}),
    ),
    FilterCase(
        named="who asks as staff sees it",
        question="退货的内部审批额度",
        reader={"audiences": frozenset(Audience)},
        added=(_STAFF_ONLY,),
        sees=frozenset({"secret"}),
    ),
    _of_snapshot(1, sees=RETURNS, misses="new"),
    _of_snapshot(2, sees="new", misses=RETURNS),
    _of_day(10, 31, valid=False),
    _of_day(11, 1, valid=True),
    _of_day(11, 11, valid=True),
    _of_day(11, 12, valid=False),
    FilterCase(
        named="many hidden entries that match better crowd nothing out",
        question="退货",
        reader={},
        added=_BYGONE,
        sees=frozenset({RETURNS}),
        misses=frozenset(chunk.chunk_id for chunk in _BYGONE),
    ),
)
